import { describe, expect, it } from 'vitest';
import { backUpFstab } from '../../../../src/activities/step-07-storage/back-up-fstab.js';
import { checkJournals } from '../../../../src/activities/step-07-storage/check-journals.js';
import { confirmDirectoriesUnused } from '../../../../src/activities/step-07-storage/confirm-directories-unused.js';
import { confirmStorage } from '../../../../src/activities/step-07-storage/confirm-storage.js';
import { copyData } from '../../../../src/activities/step-07-storage/copy-data.js';
import { createRaidArray } from '../../../../src/activities/step-07-storage/create-raid-array.js';
import { makeFileSystem } from '../../../../src/activities/step-07-storage/make-file-system.js';
import { mountData } from '../../../../src/activities/step-07-storage/mount-data.js';
import { orderUnitsAfterMount } from '../../../../src/activities/step-07-storage/order-units-after-mount.js';
import { regenerateInitramfs } from '../../../../src/activities/step-07-storage/regenerate-initramfs.js';
import { selectDisks } from '../../../../src/activities/step-07-storage/select-disks.js';
import { startAndEnableUnits } from '../../../../src/activities/step-07-storage/start-and-enable-units.js';
import { stopAndDisableUnits } from '../../../../src/activities/step-07-storage/stop-and-disable-units.js';
import { switchData } from '../../../../src/activities/step-07-storage/switch-data.js';
import { undoStorage } from '../../../../src/activities/step-07-storage/undo/undo-storage.js';
import { updateFstab } from '../../../../src/activities/step-07-storage/update-fstab.js';
import { writeMdadmConf } from '../../../../src/activities/step-07-storage/write-mdadm-conf.js';
import { digestOfTree, seedWorker, seededPaths } from '../../../../src/lab/seed-worker.js';
import { useLab } from '../../../support/lab-host.js';
import { StorageWorker } from '../../../support/storage-worker.js';

const stage = useLab('undo-long');

const configuration = `cat /etc/fstab /etc/mdadm/mdadm.conf
systemctl show -p Id,ActiveState,UnitFileState kubelet containerd; ls -d /data 2>&1 || true`;
const lineInImages = `for image in /boot/initrd.img-*; do unmkinitramfs "$image" /tmp/look; done
grep -rl '^ARRAY /dev/md/0 metadata=1.2 UUID=[0-9a-f:]*$' /tmp/look --include=mdadm.conf | wc -l; rm -rf /tmp/look`;

describe('a worker on which step 7 is undone after the whole copy, initramfs included', () => {
  it('starts up as before, and is migrated to its end by the next run', async () => {
    const { lab, dependencies } = stage();
    const worker = new StorageWorker(dependencies, await lab.startVm({ name: 'again' }), 'auto');
    const data = await seedWorker(worker.machine);
    const plan = await worker.planToApply();
    const asItWas = await worker.see(configuration);

    const steps = [
      ...[backUpFstab, stopAndDisableUnits, confirmDirectoriesUnused, selectDisks, createRaidArray],
      ...[makeFileSystem, updateFstab, mountData, writeMdadmConf, regenerateInitramfs, copyData],
    ];
    for (const make of steps) await worker.once(make, plan);
    expect(await worker.see(lineInImages)).toBe('1');
    expect(await worker.once(undoStorage, plan)).toMatchObject({ outcome: 'changed' });
    expect(await worker.see(lineInImages)).toBe('0');
    await worker.reboot();
    expect(await worker.see(configuration)).toBe(asItWas);
    expect(await digestOfTree(worker.machine, seededPaths)).toBe(data);

    expect((await worker.planToApply()).digest).toBe(plan.digest);
    for (const make of steps) await worker.once(make, plan, 2);
    for (const make of [switchData, orderUnitsAfterMount]) await worker.once(make, plan, 2);
    await worker.reboot();
    for (const make of [confirmStorage, startAndEnableUnits, checkJournals]) await worker.once(make, plan, 2);
    expect(await worker.see('cat /proc/mdstat')).toMatch(/^md0 : active raid0/m);
    expect(await digestOfTree(worker.machine, seededPaths)).toBe(data);
    expect(await worker.see('ls /var/lib/slipway/storage')).not.toContain('before.json');
    expect(await worker.plan()).toMatchObject({ kind: 'satisfied', digest: plan.digest });
  });
});
