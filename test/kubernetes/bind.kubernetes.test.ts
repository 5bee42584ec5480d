import { describe, expect, it } from 'vitest';
import { StorageWorker } from '../activities/storage-worker.js';
import { allPass, confirm, failing, podsOf, useKubernetes } from './kubernetes-stage.js';
import {
  checksOfWorker,
  digestInPod,
  migrate,
  podsAreNew,
  seenByDriver,
  startUnits,
} from './migration-run.js';

const stage = useKubernetes('kube-bind', ['node1']);

describe('a worker whose pods run, migrated in the bind layout', () => {
  it('has its pods again with new containers and the same data, also after one more reboot', async () => {
    const { cluster, dependencies } = stage();
    const worker = new StorageWorker(dependencies, cluster.worker, 'auto');
    const before = await podsOf(cluster);
    const digest = await digestInPod(cluster);
    expect(await worker.see('readlink /var/lib/kubelet/pki/kubelet-client-current.pem')).toMatch(
      /^\/var\/lib\/kubelet\/pki\//,
    );
    expect(await worker.see('ls /etc/kubernetes/bootstrap-kubelet.conf 2>&1 || true')).toContain(
      'No such file',
    );

    const plan = await migrate(worker);
    expect(plan.target.layout).toBe('bind');
    await startUnits(worker, plan);
    const migrated = await podsAreNew(cluster, before);
    expect(await digestInPod(cluster)).toBe(digest);
    expect(await seenByDriver(cluster)).toContain('pods');
    await allPass(() => confirm(stage(), 'confirmNodes'));
    expect(failing(await checksOfWorker(worker, plan))).toEqual([]);

    await worker.reboot();
    await podsAreNew(cluster, migrated);
    expect(await digestInPod(cluster)).toBe(digest);
    await allPass(() => confirm(stage(), 'confirmNodes'));
    const checks = await allPass(() => checksOfWorker(worker, plan));
    expect(checks.find(({ check }) => check === 'mount-order')?.passed).toBe(true);
    expect(await worker.see('findmnt -no SOURCE -M /var/lib/kubelet')).toBe('/dev/md0[/kubelet]');
  });
});
