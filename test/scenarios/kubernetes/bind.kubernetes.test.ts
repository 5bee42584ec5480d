import { describe, expect, it } from 'vitest';
import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import { sh } from '../../../src/hosts/script.js';
import { StorageWorker } from '../../support/storage-worker.js';
import { faultsOf } from './broken-storage.js';
import { allPass, confirm, failing, podsOf, until, useKubernetes, type PodSeen } from './kubernetes-stage.js';
import {
  checksOfWorker,
  digestInPod,
  migrate,
  podsAreNew,
  restartWithoutKubelet,
  seenByDriver,
} from './migration-run.js';

const stage = useKubernetes('kube-bind', ['node1']);

/** What the first test leaves for those after it. */
let target: StorageTarget;
let digest: string;

describe('a worker whose pods run, migrated in the bind layout', () => {
  const theWorker = () => new StorageWorker(stage().dependencies, stage().cluster.worker, 'auto');
  const checks = () => checksOfWorker(stage(), target);

  it('has its pods again with new containers and the same data, also after one more reboot', async () => {
    const { cluster } = stage();
    const worker = theWorker();
    const before = await podsOf(cluster);
    digest = await digestInPod(cluster);
    expect(await worker.see('readlink /var/lib/kubelet/pki/kubelet-client-current.pem')).toMatch(
      /^\/var\/lib\/kubelet\/pki\//,
    );
    expect(await worker.see('ls /etc/kubernetes/bootstrap-kubelet.conf 2>&1 || true')).toContain(
      'No such file',
    );

    target = await migrate(stage(), 'auto');
    expect(target.layout).toBe('bind');
    const migrated = await podsAreNew(cluster, before);
    expect(await digestInPod(cluster)).toBe(digest);
    expect(await seenByDriver(cluster)).toContain('pods');
    await allPass(() => confirm(stage(), 'confirmNodes'));
    expect((await confirm(stage(), 'confirmNodes')).at(-1)).toMatchObject({
      ...{ check: 'node-pods', is: `${before.length} pods of before in new containers` },
    });
    expect(failing(await checks())).toEqual([]);

    await restartWithoutKubelet(worker);
    await podsAreNew(cluster, migrated);
    expect(await digestInPod(cluster)).toBe(digest);
    await allPass(() => confirm(stage(), 'confirmNodes'));
    const restarted = await allPass(checks);
    expect(restarted.find(({ check }) => check === 'mount-order')?.passed).toBe(true);
    expect(await worker.see('findmnt -no SOURCE -M /var/lib/kubelet')).toBe('/dev/md0[/kubelet]');
  });

  it('fails step 9 by name for whatever of step 7 is broken', async () => {
    const worker = theWorker();
    for (const fault of faultsOf(target)) {
      await allPass(checks);
      await worker.see(fault.break);
      const broken = await checks();
      await worker.see(fault.mend);
      expect.soft(failing(broken), fault.name).toEqual(fault.seen);
      for (const { advice, passed, host } of broken) {
        if (!passed) expect.soft(advice, fault.name).toContain(host);
      }
    }
    await allPass(checks);
    await allPass(() => confirm(stage(), 'confirmNodes'));
    await allPass(() => confirm(stage(), 'confirmPods', { controlPlanes: ['worker1'] }));
    // A kubelet that was quicker than containerd ends, and is started again a little later.
    const again = () => digestInPod(stage().cluster).catch(String);
    expect(await until(again, (seen) => seen === digest)).toBe(digest);
  });

  it('has its data also when the array comes by another name, and step 9 says so', async () => {
    const { cluster } = stage();
    const worker = theWorker();
    const before = await podsOf(cluster);
    // Its name comes from the array itself, so it is md0 even where mdadm.conf has lost its line. Should it ever come by
    // another one, mounts go by UUIDs, and step 9 says what is wrong.
    const script = '/etc/initramfs-tools/scripts/local-bottom/another-name';
    const lines = [
      ...['#!/bin/sh', '[ "$1" != prereqs ] || exit 0', 'mdadm --stop /dev/md0'],
      `mdadm --assemble /dev/md127 --uuid=${target.array.uuid}`,
    ];
    const rename = sh`printf '%s\\n' ${lines} > ${script}
chmod +x ${script}
{ update-initramfs -u -k all && sync; } >&2`;
    const renamed = await cluster.worker.run(rename.text, { timeout: 300_000 });
    expect(renamed.exitCode, renamed.stderr).toBe(0);
    await restartWithoutKubelet(worker);
    await podsAreNew(cluster, before);
    expect(await worker.see('findmnt -no SOURCE -M /var/lib/kubelet')).toBe('/dev/md127[/kubelet]');
    expect(await digestInPod(cluster)).toBe(digest);
    const named = await checks();
    // The image is not the one that Slipway has looked into.
    expect(named.filter(({ passed }) => !passed).map(({ check }) => check)).toEqual([
      'raid-array',
      'initramfs',
    ]);
    expect(failing(named)[0]).toMatch(/^raid-array: \/dev\/md127: raid0, /);
    expect(named.find(({ check }) => check === 'mount-order')?.passed).toBe(true);
  });

  it('would have been left half-drained by a drain, because a pod of a tenant must not be evicted', async () => {
    const { cluster } = stage();
    const before = await podsOf(cluster);
    const drain = ['drain', 'worker1', '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=30s'];
    await expect(cluster.kubectl(drain)).rejects.toThrow(/timed out|disruption budget|timeout/);
    const now = await podsOf(cluster);
    const stays = ({ uid }: PodSeen) => now.some((pod) => pod.uid === uid && !pod.isEnding);
    const evicted = before.filter((pod) => !stays(pod)).map(({ name }) => name);
    expect(evicted.join()).toMatch(/tenant-/);
    expect(evicted.join()).not.toMatch(/storage-/);
    expect(failing(await confirm(stage(), 'confirmNodes'))).toEqual(['node-ready: Ready, but cordoned']);
    await cluster.kubectl(['uncordon', 'worker1']);
  });
});
