import {
  findAkashProviders,
  parseAkashProviders,
  resuming,
  workloadText,
} from '../../cluster/kubernetes/akash-provider.js';
import { withKubectl, type Kubectl } from '../running/kubectl.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/** Milliseconds in which the API server may be starting, after Kubespray has changed it. */
const patienceMs = 300_000;

/**
 * Trap T14: gives akash-provider the replicas back that `pauseProvider` has taken, in this run or in one that was cut
 * off. A provider that somebody else has scaled to 0 bears no note, and is left alone.
 */
export const resumeProvider = hostStep('resumeProvider', (host) =>
  withKubectl(host, { absent: unchanged('there is no Kubernetes'), patienceMs }, resumeBy),
);

async function resumeBy(kubectl: Kubectl) {
  const paused = (await kubectl.read(findAkashProviders, parseAkashProviders)).filter(
    ({ before }) => before !== null,
  );
  for (const workload of paused) await kubectl.change(resuming(workload));
  if (paused.length === 0) return unchanged('no akash-provider was scaled to 0 by Slipway');
  return changed(`scaled back: ${paused.map(workloadText).join(', ')}`);
}
