import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { groupVariables } from '../../../src/cluster/kubespray/group-variables.js';
import { specificationSchema } from '../../../src/cluster/specification/specification.js';
import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import { podImage } from '../../../src/lab/kubernetes/binaries.js';
import { workload } from '../../../src/lab/kubernetes/objects.js';
import { podCount } from '../../../src/lab/kubernetes/start.js';
import { matchingRelease } from '../../../src/lab/kubernetes/versions.js';
import { StorageWorker } from '../../support/storage-worker.js';
import { allPass, confirm, failing, podsOf, until, useKubernetes } from './kubernetes-stage.js';
import {
  checksOfWorker,
  digestInPod,
  finish,
  migrate,
  podsAreNew,
  restartWithoutKubelet,
  seenByDriver,
  specificationOf,
} from './migration-run.js';

const stage = useKubernetes('kube-root-dir', ['node1']);

/** Writes what Kubespray does in step 8, from Slipway's variables of step 7.13. */
function playbooksPart({ mountPoint, layout }: StorageTarget): string {
  const { files } = groupVariables({
    specification: specificationSchema.parse(specificationOf(stage().cluster, 'root-dir')),
    release: matchingRelease,
    storage: { worker1: { mountPoint, layout } },
  });
  const variables = parse(files['host_vars/worker1.yml'] ?? '') as {
    readonly containerd_storage_dir: string;
    readonly kubelet_custom_flags: readonly string[];
  };
  return `sed -i 's|"$| ${variables.kubelet_custom_flags.join(' ')}"|' /etc/kubernetes/kubelet.env
sed -i 's|^root = .*|root = "${variables.containerd_storage_dir}"|' /etc/containerd/config.toml`;
}

/** A driver of volumes that insists on what kubelet makes in its folder, as rook-ceph's does. */
function csiDriver(folder: string): object {
  return workload('Deployment', 'csi', 'default', {
    labels: { app: 'csi' },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          ...{ name: 'csi', image: podImage, imagePullPolicy: 'Never' },
          volumeMounts: [{ name: 'plugins', mountPath: '/plugins' }],
        },
      ],
      volumes: [{ name: 'plugins', hostPath: { path: `${folder}/plugins`, type: 'Directory' } }],
    },
  });
}

const nodes = () => confirm(stage(), 'confirmNodes');
const nodePods = async () => (await nodes()).filter(({ check }) => check === 'node-pods');

describe('a worker whose pods run, migrated in the root-dir layout', () => {
  it('has its pods again with new containers and the same data, also after one more reboot', async () => {
    const { cluster, dependencies } = stage();
    const worker = new StorageWorker(dependencies, cluster.worker, 'root-dir');
    const before = await podsOf(cluster);
    const digest = await digestInPod(cluster);
    await cluster.apply([csiDriver('/var/lib/kubelet')]);
    await cluster.waitForPods(podCount + 1);
    expect(await nodePods()).toEqual([]);
    expect(await seenByDriver(cluster)).toContain('pods');

    const target = await migrate(stage(), 'root-dir');
    expect(target.layout).toBe('root-dir');
    const kept = ['config.yaml', 'kubeadm-flags.env', 'pki'];
    expect((await worker.see('ls -A /var/lib/kubelet')).split('\n').sort()).toEqual(kept);
    expect(await worker.see('systemctl is-enabled kubelet containerd || true')).toBe('disabled\ndisabled');
    // Nothing runs, and the API server shows containers as running.
    expect(failing(await nodePods())).toEqual([
      expect.stringMatching(/^node-pods: .*\(shown with its container from before step 7/),
    ]);
    await worker.see(playbooksPart(target));
    await finish(stage(), 'root-dir');
    expect(await worker.see('pgrep -af "[/]kubelet"')).toContain('--root-dir=/data/kubelet');
    // The one that does not find its folder any more is told by name, until it is told the new one.
    const failed = /^node-pods: default\/csi-[a-z0-9-]+ \((?:(?!\), ).)+\)$/;
    const isCsi = (seen: readonly string[]) => seen.length === 1 && failed.test(seen[0] ?? '');
    const seen = await until(async () => failing(await nodes()), isCsi);
    expect(seen).toEqual([expect.stringMatching(failed)]);
    await cluster.apply([csiDriver('/data/kubelet')]);
    await allPass(nodes);
    await cluster.kubectl(['delete', 'deployment', 'csi', '--wait', '--cascade=foreground']);
    const migrated = await podsAreNew(cluster, before);
    expect(await digestInPod(cluster)).toBe(digest);
    await allPass(nodes);
    expect(await nodePods()).toMatchObject([{ is: `${podCount} pods of before in new containers` }]);
    expect(failing(await checksOfWorker(stage(), target))).toEqual([]);

    await restartWithoutKubelet(worker);
    await podsAreNew(cluster, migrated);
    expect(await digestInPod(cluster)).toBe(digest);
    await allPass(nodes);
    await allPass(() => checksOfWorker(stage(), target));

    // kubelet makes this folder where it always was; a driver that mounts it sees no pods there, and is shown as running.
    expect((await worker.see('ls -A /var/lib/kubelet')).split('\n').sort()).toEqual(
      [...kept, 'device-plugins'].sort(),
    );
    expect(await seenByDriver(cluster)).not.toContain('pods');
  });

  it('has all its pods running also when their data is gone, so that only the digest proves it', async () => {
    const { cluster, dependencies } = stage();
    const worker = new StorageWorker(dependencies, cluster.worker, 'root-dir');
    const before = await podsOf(cluster);
    const digest = await digestInPod(cluster);
    await worker.see('systemctl disable --now kubelet containerd 2> /dev/null');
    await worker.reboot();
    await worker.see(`rm -r /data/kubelet/pods
systemctl enable --now containerd kubelet 2> /dev/null`);
    await podsAreNew(cluster, before);
    await allPass(nodes);
    expect(await digestInPod(cluster)).not.toBe(digest);
  });
});
