import type { OldDataResult, VerificationResult } from '../../protocol/steps.js';
import type { HostFacts } from '../../cluster/facts/facts.js';
import { counted, showBytes } from '../../cluster/text/quantities.js';
import { steps, type StepName } from './step-table.js';

/** One line about a step's result, for the progress. */
export function summaryOf(step: StepName, result: unknown): string {
  if (typeof result === 'string') return result;
  if (typeof result !== 'object' || result === null) return steps[step].title;
  if ('summary' in result && typeof result.summary === 'string') return result.summary;
  if ('directories' in result) return directoriesOf(result as OldDataResult);
  if ('checks' in result) return checksOf(result as VerificationResult);
  if ('clientCertificate' in result) return 'looked how far kubeadm has come';
  if ('operatingSystem' in result) return factsOf(result as HostFacts);
  return steps[step].title;
}

function directoriesOf({ directories }: OldDataResult): string {
  return directories.map(({ path, bytes }) => `${path}, ${showBytes(bytes)}`).join('; ') || 'none is kept';
}

function checksOf({ checks }: VerificationResult): string {
  const failed = checks.filter(({ passed }) => !passed).map(({ check }) => check);
  return failed.length === 0
    ? `${counted(checks.length, 'check')} passed`
    : `${failed.length} of ${counted(checks.length, 'check')} failed: ${failed.join(', ')}`;
}

function factsOf({ operatingSystem, cpus, memoryBytes, blockDevices }: HostFacts): string {
  const memory = (memoryBytes / 1024 ** 3).toFixed(1);
  const disks = blockDevices.filter(({ type }) => type === 'disk').length;
  return `${operatingSystem.prettyName}, ${counted(cpus, 'CPU')}, ${memory} GiB of memory, ${counted(disks, 'disk')}`;
}
