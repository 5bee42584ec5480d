import type { HostFacts } from '../cluster/facts/facts.js';
import { counted, showBytes } from '../cluster/text/quantities.js';
import type { ClusterNetworkResult, OldDataResult, VerificationResult } from './step-inputs.js';

/** One line about what a step has seen, for the progress; steps that change something say it themselves. */

export function bootOf(bootId: string): string {
  return bootId;
}

export function probeOf(): string {
  return 'looked how far kubeadm has come';
}

export function directoriesOf({ directories }: OldDataResult): string {
  return directories.map(({ path, bytes }) => `${path}, ${showBytes(bytes)}`).join('; ') || 'none is kept';
}

export function judgementOf({ checks }: VerificationResult): string {
  const failed = checks.filter(({ passed }) => !passed).map(({ check }) => check);
  return failed.length === 0
    ? `${counted(checks.length, 'check')} passed`
    : `${failed.length} of ${counted(checks.length, 'check')} failed: ${failed.join(', ')}`;
}

export function networkOf({ network, checks }: ClusterNetworkResult): string {
  if (network === null) return judgementOf({ checks });
  const { dnsPods, dnsServices } = network;
  return `${counted(dnsPods.length, 'pod')} of CoreDNS, ${counted(dnsServices.length + 1, 'service')}`;
}

export function factsOf({ operatingSystem, cpus, memoryBytes, blockDevices }: HostFacts): string {
  const disks = blockDevices.filter(({ type }) => type === 'disk').length;
  return `${operatingSystem.prettyName}, ${counted(cpus, 'CPU')}, ${showBytes(memoryBytes)} of memory, ${counted(disks, 'disk')}`;
}
