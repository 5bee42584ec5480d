import { judgeCertificates } from '../../cluster/verification/certificates.js';
import type { CheckResult, JudgedCheck } from '../../cluster/checks/checks.js';
import { judgeUnits, type CheckedUnit } from '../../cluster/verification/units.js';
import { judgeFirewall } from '../../cluster/verification/firewall.js';
import { judgeMountOrder, type StoredService } from '../../cluster/verification/mount-order.js';
import { judgeStorage } from '../../cluster/verification/storage.js';
import { judgeKernelParameters } from '../../cluster/verification/kernel-parameters.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import { readKernelParameters } from './apply-kernel-parameters.js';
import { readCertificates } from '../../probes/certificates.js';
import { isAsProven, readFirewallState } from '../../probes/firewall-state.js';
import { readFacts } from '../../probes/read-facts.js';
import { observeInitramfs } from '../step-07-storage/regenerate-initramfs.js';
import { lookUntilSettled } from '../running/look-until-settled.js';
import { hostStep } from '../running/step.js';
import { lookAtUnits } from '../../probes/units.js';

/** Step 9, on each host: services, array, mounts and their order, certificates, kernel parameters, firewall. Changes nothing. */
export const verifyHost = hostStep(
  'verifyHost',
  (host, { units, storage, kernelParameters, firewall, certificates, ...patience }) =>
    lookUntilSettled(patience, () =>
      sideBySide([
        verifyUnits(host, units, storage),
        ...(storage ? [verifyStorage(host, storage)] : []),
        ...(kernelParameters ? [verifyKernelParameters(host)] : []),
        ...(firewall === true ? [verifyFirewall(host)] : []),
        ...(certificates === true ? [verifyCertificates(host, units)] : []),
      ]),
    ),
);

/** Waits for all of them, also where one fails: the connection is given back afterwards. */
async function sideBySide(looks: readonly Promise<JudgedCheck[]>[]): Promise<JudgedCheck[]> {
  await Promise.allSettled(looks);
  return (await Promise.all(looks)).flat();
}

async function verifyUnits(
  host: Host,
  names: readonly CheckedUnit[],
  storage: StorageTarget | undefined,
): Promise<JudgedCheck[]> {
  const stored = storage ? storedServices(names, storage) : [];
  const mountPoints = storage ? mountPointsOf(storage) : [];
  const { now, units, mounts } = await lookAtUnits(host, { services: names, mountPoints });
  return [
    ...judgeUnits({ host: host.name, names, units, now }),
    ...(storage ? judgeMountOrder({ host: host.name, services: stored, mounts, units }) : []),
  ];
}

function mountPointsOf({ layout, mountPoint, moves }: StorageTarget): readonly string[] {
  return [mountPoint, ...(layout === 'bind' ? moves.map(({ from }) => from) : [])];
}

/** Each waits for the array, and for its own directory where that is a mount too. */
function storedServices(
  names: readonly CheckedUnit[],
  { layout, mountPoint, moves }: StorageTarget,
): StoredService[] {
  return names.flatMap((name) => {
    const move = moves.find(({ unit }) => unit === name);
    if (move === undefined) return [];
    return [{ name, places: layout === 'bind' ? [mountPoint, move.from] : [mountPoint] }];
  });
}

async function verifyStorage(host: Host, target: StorageTarget): Promise<CheckResult[]> {
  const facts = await readFacts(host, target.mountPoint);
  return judgeStorage(host.name, target, { facts, initramfs: await observeInitramfs(host, target) });
}

async function verifyKernelParameters(host: Host): Promise<CheckResult[]> {
  const { values } = await readKernelParameters(host);
  const { stdout: bootConfiguration } = await host.run(sh`systemd-analyze cat-config sysctl.d`, {
    what: 'read the configuration of kernel parameters',
  });
  return judgeKernelParameters(host.name, { values, bootConfiguration });
}

async function verifyCertificates(host: Host, units: readonly CheckedUnit[]): Promise<CheckResult[]> {
  const { certificates, now } = await readCertificates(host);
  const isExpected = units.includes('kubelet') || units.includes('etcd');
  return judgeCertificates({ host: host.name, certificates, isExpected, now });
}

async function verifyFirewall(host: Host): Promise<CheckResult[]> {
  const state = await readFirewallState(host);
  return judgeFirewall(host.name, {
    loaded: state.loaded !== '',
    asProven: isAsProven(state),
    kept: state.kept !== undefined && state.unit,
  });
}
