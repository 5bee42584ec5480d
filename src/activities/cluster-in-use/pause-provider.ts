import { Context } from '@temporalio/activity';
import {
  findAkashProviders,
  parseAkashProviders,
  pausing,
  workloadText,
} from '../../cluster/kubernetes/akash-provider.js';
import type { Host } from '../../hosts/host.js';
import { withKubectl, type Kubectl } from '../running/kubectl.js';
import { refused } from '../running/refusals.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/** Milliseconds in which the provider's pods may come to their end; they are given 30 seconds. */
const longestEnd = 180_000;
/** Milliseconds between two looks. */
const pause = 2_000;

/**
 * Trap T14: scales akash-provider to 0, where the cluster has one, before nodes of a running cluster are stopped, and
 * waits until its pods are gone. How many replicas it had is kept at the workload, so that `resumeProvider` finds it
 * whatever has died in between.
 */
export const pauseProvider = hostStep('pauseProvider', (host) =>
  withKubectl(host, { absent: { ...unchanged('there is no Kubernetes yet'), paused: [] } }, (kubectl) =>
    pauseBy(kubectl, host),
  ),
);

async function pauseBy(kubectl: Kubectl, host: Host) {
  const found = await kubectl.read(findAkashProviders, parseAkashProviders);
  const running = found.filter(({ replicas }) => replicas > 0);
  for (const workload of running) await kubectl.change(pausing(workload));
  const paused = found.filter((workload) => running.includes(workload) || workload.before !== null);
  if (paused.length === 0) return { ...unchanged('no akash-provider runs in this cluster'), paused: [] };
  await untilGone(kubectl, host);
  const texts = paused.map(workloadText);
  const summary = `scaled to 0: ${texts.join(', ')}`;
  return { ...(running.length > 0 ? changed(summary) : unchanged(summary)), paused: texts };
}

/** Those that bear the note are the paused ones, also when an earlier attempt has paused them. */
async function untilGone(kubectl: Kubectl, host: Host): Promise<void> {
  const context = Context.current();
  for (const end = Date.now() + longestEnd; ; await context.sleep(pause)) {
    const now = await kubectl.read(findAkashProviders, parseAkashProviders);
    const left = now.filter(({ before, hasNoPods }) => before !== null && !hasNoPods);
    if (left.length === 0) return;
    if (Date.now() < end) continue;
    const names = left.map(({ namespace, name }) => `${namespace}/${name}`).join(', ');
    throw refused(
      host,
      `the pods of ${names} do not come to their end.`,
      'See "kubectl get pods --all-namespaces" for what keeps them, and retry; or skip, if no leases are at stake.',
    );
  }
}
