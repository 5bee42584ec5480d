import { describe, expect, it } from 'vitest';
import { checkJournals } from '../../../src/activities/step-07-storage/check-journals.js';
import { copyData } from '../../../src/activities/step-07-storage/copy-data.js';
import { createRaidArray } from '../../../src/activities/step-07-storage/create-raid-array.js';
import { makeFileSystem } from '../../../src/activities/step-07-storage/make-file-system.js';
import { mountData } from '../../../src/activities/step-07-storage/mount-data.js';
import { orderUnitsAfterMount } from '../../../src/activities/step-07-storage/order-units-after-mount.js';
import { selectDisks } from '../../../src/activities/step-07-storage/select-disks.js';
import { startAndEnableUnits } from '../../../src/activities/step-07-storage/start-and-enable-units.js';
import { stopAndDisableUnits } from '../../../src/activities/step-07-storage/stop-and-disable-units.js';
import { switchData } from '../../../src/activities/step-07-storage/switch-data.js';
import { updateFstab } from '../../../src/activities/step-07-storage/update-fstab.js';
import { writeMdadmConf } from '../../../src/activities/step-07-storage/write-mdadm-conf.js';
import { digestOfTree, seedWorker, seededPaths } from '../../../src/lab/seed-worker.js';
import { useLab } from '../../support/lab-host.js';
import { StorageWorker } from '../../support/storage-worker.js';

const stage = useLab('storage-test');

describe('a worker whose disk gets a signature after the plan was approved', () => {
  it('refuses it untouched; with a blank disk it moves data only, through a power cut, root-dir layout', async () => {
    const { lab, dependencies } = stage();
    const worker = new StorageWorker(dependencies, await lab.startVm({ name: 'rooted' }), 'root-dir');
    const digest = await seedWorker(worker.machine);
    const plan = await worker.planToApply();
    const [disk] = plan.target.disks;
    const sum = `head -c 8388608 ${disk?.byId ?? ''} | sha256sum`;
    await worker.see(`mkfs.ext4 -q ${disk?.byId ?? ''}; sync; udevadm settle`);
    const before = await worker.see(sum);
    await expect(worker.once(selectDisks, plan)).rejects.toMatchObject({ type: 'RefusedError' });
    await expect(worker.once(createRaidArray, plan)).rejects.toMatchObject({
      type: 'RefusedError',
      message: expect.stringContaining('not blank any more') as string,
    });
    expect(await worker.see(sum)).toBe(before);
    expect(await worker.plan()).toMatchObject({ kind: 'refused' });
    await worker.see(`wipefs -qa ${disk?.byId ?? ''}; udevadm settle`);
    expect((await worker.planToApply()).digest).toBe(plan.digest);

    await worker.once(stopAndDisableUnits, plan);
    await worker.machine.powerCut();
    await worker.machine.start();
    expect(await worker.see('systemctl is-enabled kubelet containerd || true')).toBe('disabled\ndisabled');
    for (const make of [createRaidArray, makeFileSystem, updateFstab, mountData, writeMdadmConf])
      await worker.once(make, plan, 2);
    await worker.twice(copyData, plan);
    await worker.twice(switchData, plan);
    await worker.once(orderUnitsAfterMount, plan);
    expect((await worker.planToApply()).digest).toBe(plan.digest);

    expect(await worker.once(startAndEnableUnits, plan)).toMatchObject({ outcome: 'unchanged' });
    await worker.see(`echo 'KUBELET_ARGS="--root-dir=/data/kubelet"' > /etc/kubernetes/kubelet.env
sed -i 's|^root = .*|root = "/data/containerd"|' /etc/containerd/config.toml`);
    await worker.twice(startAndEnableUnits, plan);
    await worker.once(checkJournals, plan);
    expect(await worker.see('cat /data/kubelet/heartbeat')).toMatch(/^[0-9]+$/);
    expect(await worker.see('ls -A /var/lib/kubelet')).toBe('config.yaml\npki');
    expect(await worker.see('cat /var/lib/kubelet/pki/kubelet-client-current.pem')).toBe('not a real key');
    expect(await worker.see('ls -d /data/kubelet/pki /var/lib/containerd 2>/dev/null || true')).toBe('');
    await worker.see(`systemctl stop kubelet containerd
mkdir -p /var/lib/containerd && mount --bind /data/containerd /var/lib/containerd
mkdir -p /var/lib/kubelet/pods && mount --bind /data/kubelet/pods /var/lib/kubelet/pods`);
    expect(await digestOfTree(worker.machine, seededPaths)).toBe(digest);
  });
});
