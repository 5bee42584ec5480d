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

const stage = useKubernetes('kube-root-dir', ['node1']);

/** What Kubespray writes in step 8 from the variables of step 7.13. */
const settings = `sed -i 's|"$| --root-dir=/data/kubelet"|' /etc/kubernetes/kubelet.env
sed -i 's|^root = .*|root = "/data/containerd"|' /etc/containerd/config.toml`;

describe('a worker whose pods run, migrated in the root-dir layout', () => {
  it('has its pods again with new containers and the same data, also after one more reboot', async () => {
    const { cluster, dependencies } = stage();
    const worker = new StorageWorker(dependencies, cluster.worker, 'root-dir');
    const before = await podsOf(cluster);
    const digest = await digestInPod(cluster);
    expect(await seenByDriver(cluster)).toContain('pods');

    const plan = await migrate(worker);
    expect(plan.target.layout).toBe('root-dir');
    expect((await worker.see('ls -A /var/lib/kubelet')).split('\n')).toEqual(['pki']);
    await worker.see(settings);
    await startUnits(worker, plan);
    const migrated = await podsAreNew(cluster, before);
    expect(await digestInPod(cluster)).toBe(digest);
    await allPass(() => confirm(stage(), 'confirmNodes'));
    expect(failing(await checksOfWorker(worker, plan))).toEqual([]);

    await worker.reboot();
    await podsAreNew(cluster, migrated);
    expect(await digestInPod(cluster)).toBe(digest);
    await allPass(() => confirm(stage(), 'confirmNodes'));
    await allPass(() => checksOfWorker(worker, plan));

    // kubelet makes this folder where it always was; a driver that mounts it sees no pods there, and is shown as running.
    expect((await worker.see('ls -A /var/lib/kubelet')).split('\n').sort()).toEqual([
      'device-plugins',
      'pki',
    ]);
    expect(await seenByDriver(cluster)).not.toContain('pods');
  });
});
