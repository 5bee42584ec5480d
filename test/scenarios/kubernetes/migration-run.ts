import { expect } from 'vitest';
import type { AllActivities } from '../../../src/activities/index.js';
import { withHeartbeats } from '../../../src/activities/running/heartbeats.js';
import { verifyHost } from '../../../src/activities/step-09-confirm/verify-host.js';
import { ephemeralStorageSchema } from '../../../src/cluster/specification/specification.js';
import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import type { Kubernetes } from '../../../src/lab/kubernetes/start.js';
import type { HostOutcome } from '../../../src/protocol/host-messages.js';
import { runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf } from '../../support/lab-host.js';
import type { StorageWorker } from '../../support/storage-worker.js';
import { labSpecification } from '../procedure/stage.js';
import { approver, withHostWorkflows } from './host-workflows.js';
import { podsOf, type KubernetesStage, type PodSeen } from './kubernetes-stage.js';

export const clusterName = 'lab';

/** The lab's cluster as its operator describes it. */
export function specificationOf({ controlPlane, worker }: Kubernetes, layout: 'auto' | 'root-dir') {
  const repository = 'https://kubespray.invalid/';
  return labSpecification({ name: clusterName, repository, controlPlane, workers: [worker], layout });
}

/** The document's look for what still uses the directories, in lines. */
const documentsLook = `lsof -Pn 2> /dev/null | grep -E '/var/lib/kubelet|/var/lib/containerd' | wc -l`;

/**
 * Step 7 on the worker whose pods run, by Slipway's own workflow and a real Temporal server, approved by a person. Looks at
 * the host at the moment at which the document would go on without a restart: the pods run on without kubelet and
 * containerd, of which lsof knows nothing.
 */
export async function migrate(
  { cluster, dependencies }: KubernetesStage,
  layout: 'auto' | 'root-dir',
): Promise<StorageTarget> {
  const { worker } = cluster;
  const before: string[] = [];
  const watch = (real: AllActivities): Partial<AllActivities> => ({
    stopAndDisableUnits: withHeartbeats(async (input) => {
      const result = await real.stopAndDisableUnits(input);
      before.push(
        await onMachine(worker, documentsLook),
        await real.confirmDirectoriesUnused(input).then(
          () => 'nothing uses them',
          (error: unknown) => String(error),
        ),
      );
      return result;
    }),
  });
  const outcome = await withHostWorkflows(dependencies, watch, (workflows) =>
    workflows.run('migrateStorage', worker, {
      specification: specificationOf(cluster, layout),
      host: worker.name,
    }),
  );
  expect(outcome).toMatchObject({ result: 'done', why: null });
  expect(outcome.steps.filter(({ state }) => state !== 'changed' && state !== 'unchanged')).toEqual([]);
  expect(before.at(-2)?.trim()).toBe('0');
  expect(before.at(-1)).toMatch(/containerd-shim|mount /);
  return targetIn(outcome);
}

function targetIn({ storage, approvals }: HostOutcome): StorageTarget {
  if (storage?.kind !== 'apply') throw new Error(`The plan is ${JSON.stringify(storage)}`);
  expect(storage.target.path).toBe('migrate');
  expect(approvals).toEqual([{ kind: 'plan', plan: storage.digest, by: approver }]);
  return storage.target;
}

/** What Slipway does on the host after step 8: steps 7.14 and 7.15. */
export async function finish(
  { cluster, dependencies }: KubernetesStage,
  layout: 'auto' | 'root-dir',
): Promise<void> {
  const host = labAddressOf(cluster.worker);
  const work = {
    host,
    approvedPlan: null,
    approvalHours: 1,
    storage: ephemeralStorageSchema.parse({ layout }),
  };
  const outcome = await withHostWorkflows(
    dependencies,
    () => ({}),
    (workflows) =>
      workflows.run('prepareHost', cluster.worker, {
        ...{ cluster: clusterName, host, storage: work, hostCount: 1 },
        ...{ kernelParameters: false, firewallRuleSet: null },
      }),
  );
  expect(outcome).toMatchObject({ result: 'done', why: null, storage: { kind: 'satisfied' } });
  expect(outcome.steps.map(({ step }) => step)).toEqual([
    'gatherFacts',
    'startAndEnableUnits',
    'checkJournals',
  ]);
}

/** What step 9 finds on the worker itself: units, their order after the mounts, array, mounts, certificates. */
export async function checksOfWorker({ cluster, dependencies }: KubernetesStage, storage?: StorageTarget) {
  const { checks } = await runStep(verifyHost(dependencies), {
    host: labAddressOf(cluster.worker),
    ...(storage && { storage }),
    ...{ units: ['containerd' as const, 'kubelet' as const], kernelParameters: false, certificates: true },
  });
  return checks;
}

/** Whether every pod is the same as before, ready, and in another container. */
export function allNew(before: readonly PodSeen[], now: readonly PodSeen[]): boolean {
  return (
    before.length === now.length &&
    now.every(({ uid, containerId, ready }) => {
      const then = before.find((pod) => pod.uid === uid);
      return ready && then !== undefined && containerId !== '' && containerId !== then.containerId;
    })
  );
}

/**
 * One more restart as step 7 does it. A kubelet that still runs would end its pods for good, and their workloads would get
 * new ones, with empty volumes.
 */
export async function restartWithoutKubelet(worker: StorageWorker): Promise<void> {
  await worker.see('systemctl stop kubelet');
  await worker.reboot();
}

/** The digest of a tenant's data, as the pod itself sees it. */
export async function digestInPod(cluster: Kubernetes): Promise<string> {
  const digest = await cluster.kubectl(['exec', 'deployment/tenant', '--', '/pod', 'digest', '/data']);
  expect(digest.trim()).toMatch(/^sha256:[0-9a-f]{64}$/);
  return digest.trim();
}

/** What a driver of volumes, which mounts kubelet's folder from the host, finds in it. */
export async function seenByDriver(cluster: Kubernetes): Promise<string[]> {
  const words = ['exec', 'daemonset/volume-driver', '--', '/pod', 'list', '/var/lib/kubelet'];
  return (await cluster.kubectl(words)).trim().split('\n');
}

export async function podsAreNew(
  cluster: Kubernetes,
  before: readonly PodSeen[],
): Promise<readonly PodSeen[]> {
  const end = Date.now() + 600_000;
  for (;;) {
    const now = await podsOf(cluster).catch(() => []);
    if (allNew(before, now)) return now;
    if (Date.now() > end) {
      expect(now).toEqual(before.map((pod) => ({ ...pod, ready: true, containerId: 'another one' })));
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}
