import { gpuOf, nvidiaRuntimePath } from '../kubespray/gpu.js';
import { counted } from '../text/quantities.js';
import type { HostLook } from '../checks/host-check.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';

/** Whether what the specification says of GPUs is what the host has. Hosts that were not asked about it are not judged. */
export function gpuFindings({ host, facts: { nvidia }, specification }: HostLook): FindingBeforeOverrides[] {
  if (nvidia === undefined) return [];
  const found = (
    finding: Pick<FindingBeforeOverrides, 'is' | 'shouldBe' | 'advice'>,
  ): FindingBeforeOverrides[] => [{ check: 'gpu', host: host.name, severity: 'warning', ...finding }];
  const wanted = gpuOf(specification, host) !== false;
  if (!wanted) {
    const isKnown = host.gpu === false || !host.roles.includes('worker');
    if (nvidia.devices === 0 || isKnown) return [];
    return found({
      is: `${devicesText(nvidia.devices)}, and the specification does not name it`,
      shouldBe: 'gpu: nvidia, so that Kubespray need not run again for it; or gpu: false',
      advice: `Say gpu: nvidia for ${host.name}, or gpu: false where leases are not to have it.`,
    });
  }
  if (nvidia.devices === 0) {
    return found({
      is: 'no NVIDIA device on the PCI bus, though the specification says gpu: nvidia',
      shouldBe: 'an NVIDIA GPU',
      advice: `Look at "lspci -d 10de:" on ${host.name}, or take gpu: nvidia away.`,
    });
  }
  const missing = [
    ...(nvidia.driver ? [] : ["NVIDIA's driver in the kernel"]),
    ...(nvidia.runtime ? [] : [nvidiaRuntimePath]),
  ];
  if (missing.length === 0) return [];
  return found({
    is: `${devicesText(nvidia.devices)} without ${missing.join(' and without ')}`,
    shouldBe: 'driver and nvidia-container-toolkit, without which no pod of the RuntimeClass nvidia starts',
    advice: `Install them and restart ${host.name} before it has leases, best before Kubespray runs.`,
  });
}

function devicesText(count: number): string {
  return counted(count, 'NVIDIA GPU');
}
