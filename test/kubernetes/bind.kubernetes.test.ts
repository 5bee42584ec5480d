import { describe, expect, it } from 'vitest';
import { sh } from '../../src/hosts/script.js';
import { StorageWorker } from '../activities/storage-worker.js';
import { allPass, confirm, failing, podsOf, useKubernetes, type PodSeen } from './kubernetes-stage.js';
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
    const restarted = await podsAreNew(cluster, migrated);
    expect(await digestInPod(cluster)).toBe(digest);
    await allPass(() => confirm(stage(), 'confirmNodes'));
    const checks = await allPass(() => checksOfWorker(worker, plan));
    expect(checks.find(({ check }) => check === 'mount-order')?.passed).toBe(true);
    expect(await worker.see('findmnt -no SOURCE -M /var/lib/kubelet')).toBe('/dev/md0[/kubelet]');

    // Its name comes from the array itself, so it is md0 even where mdadm.conf has lost its line. Should it ever come by
    // another one, mounts go by UUIDs, and step 9 says what is wrong.
    const script = '/etc/initramfs-tools/scripts/local-bottom/another-name';
    const lines = [
      ...['#!/bin/sh', '[ "$1" != prereqs ] || exit 0', 'mdadm --stop /dev/md0'],
      `mdadm --assemble /dev/md127 --uuid=${plan.target.array.uuid}`,
    ];
    const rename = sh`printf '%s\\n' ${lines} > ${script}
chmod +x ${script}
{ update-initramfs -u -k all && sync; } >&2`;
    const renamed = await cluster.worker.run(rename.text, { timeout: 300_000 });
    expect(renamed.exitCode, renamed.stderr).toBe(0);
    await worker.reboot();
    await podsAreNew(cluster, restarted);
    expect(await worker.see('findmnt -no SOURCE -M /var/lib/kubelet')).toBe('/dev/md127[/kubelet]');
    expect(await digestInPod(cluster)).toBe(digest);
    const named = await checksOfWorker(worker, plan);
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
