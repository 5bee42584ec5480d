import { expect } from 'vitest';
import { backUpFstab } from '../../src/activities/back-up-fstab.js';
import { checkJournals } from '../../src/activities/check-journals.js';
import { confirmDirectoriesUnused } from '../../src/activities/confirm-directories-unused.js';
import { confirmStorage } from '../../src/activities/confirm-storage.js';
import { copyData } from '../../src/activities/copy-data.js';
import { createRaidArray } from '../../src/activities/create-raid-array.js';
import { makeFileSystem } from '../../src/activities/make-file-system.js';
import { mountData } from '../../src/activities/mount-data.js';
import { orderUnitsAfterMount } from '../../src/activities/order-units-after-mount.js';
import { regenerateInitramfs } from '../../src/activities/regenerate-initramfs.js';
import { selectDisks } from '../../src/activities/select-disks.js';
import { startAndEnableUnits } from '../../src/activities/start-and-enable-units.js';
import { stopAndDisableUnits } from '../../src/activities/stop-and-disable-units.js';
import { switchData } from '../../src/activities/switch-data.js';
import { updateFstab } from '../../src/activities/update-fstab.js';
import { verifyHost } from '../../src/activities/verify-host.js';
import { writeMdadmConf } from '../../src/activities/write-mdadm-conf.js';
import type { Kubernetes } from '../../src/lab/kubernetes/start.js';
import { runStep } from '../activities/control-host.js';
import type { StorageWorker } from '../activities/storage-worker.js';
import { podsOf, type PodSeen } from './kubernetes-stage.js';

/** Step 7 on a worker whose pods run, in the order of `migrateStorage`, up to the start of the units. */
export async function migrate(worker: StorageWorker): Promise<ReturnType<StorageWorker['planToApply']>> {
  const plan = await worker.planToApply();
  expect(plan.target.path).toBe('migrate');
  await worker.once(backUpFstab, plan);
  await worker.once(stopAndDisableUnits, plan);
  // The pods go on without kubelet and containerd: nothing has an open file there, but they are in use.
  await expect(worker.once(confirmDirectoriesUnused, plan)).rejects.toThrow(/containerd-shim|mount /);
  await worker.reboot();
  await worker.once(confirmDirectoriesUnused, plan, 2);
  for (const step of [selectDisks, createRaidArray, makeFileSystem, updateFstab, mountData, writeMdadmConf]) {
    await worker.once(step, plan);
  }
  await worker.once(regenerateInitramfs, plan);
  await worker.once(copyData, plan);
  await worker.once(switchData, plan);
  await worker.once(orderUnitsAfterMount, plan);
  await worker.reboot();
  await worker.once(confirmStorage, plan);
  return plan;
}

/** Steps 7.14 and 7.15. */
export async function startUnits(
  worker: StorageWorker,
  plan: Awaited<ReturnType<StorageWorker['planToApply']>>,
): Promise<void> {
  await worker.once(startAndEnableUnits, plan);
  await worker.once(checkJournals, plan);
}

/** What step 9 finds on the worker itself: units, their order after the mounts, array, mounts, certificates. */
export async function checksOfWorker(
  worker: StorageWorker,
  plan: Awaited<ReturnType<StorageWorker['planToApply']>>,
) {
  const { checks } = await runStep(verifyHost(worker.dependencies), {
    host: worker.reach,
    storage: plan.target,
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
