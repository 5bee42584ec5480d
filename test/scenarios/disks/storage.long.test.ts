import { describe, expect, it } from 'vitest';
import { backUpFstab } from '../../../src/activities/step-07-storage/back-up-fstab.js';
import { checkJournals } from '../../../src/activities/step-07-storage/check-journals.js';
import { confirmDirectoriesUnused } from '../../../src/activities/step-07-storage/confirm-directories-unused.js';
import { confirmStorage } from '../../../src/activities/step-07-storage/confirm-storage.js';
import { copyData } from '../../../src/activities/step-07-storage/copy-data.js';
import { createRaidArray } from '../../../src/activities/step-07-storage/create-raid-array.js';
import { makeFileSystem } from '../../../src/activities/step-07-storage/make-file-system.js';
import { mountData } from '../../../src/activities/step-07-storage/mount-data.js';
import { orderUnitsAfterMount } from '../../../src/activities/step-07-storage/order-units-after-mount.js';
import { regenerateInitramfs } from '../../../src/activities/step-07-storage/regenerate-initramfs.js';
import { selectDisks } from '../../../src/activities/step-07-storage/select-disks.js';
import { startAndEnableUnits } from '../../../src/activities/step-07-storage/start-and-enable-units.js';
import { stopAndDisableUnits } from '../../../src/activities/step-07-storage/stop-and-disable-units.js';
import { switchData } from '../../../src/activities/step-07-storage/switch-data.js';
import { updateFstab } from '../../../src/activities/step-07-storage/update-fstab.js';
import { writeMdadmConf } from '../../../src/activities/step-07-storage/write-mdadm-conf.js';
import { digestOfTree, seedWorker, seededPaths } from '../../../src/lab/seed-worker.js';
import { useLab } from '../../support/lab-host.js';
import { StorageWorker } from '../../support/storage-worker.js';

const stage = useLab('storage-long');

describe('a worker with data, bind layout, with a power cut between array and file system', () => {
  it('ends with the planned array, the same data, and units that wait for the mount', async () => {
    const { lab, dependencies } = stage();
    const worker = new StorageWorker(dependencies, await lab.startVm({ name: 'bound' }), 'auto');
    const digest = await seedWorker(worker.machine);
    const plan = await worker.planToApply();
    expect(plan.target).toMatchObject({ path: 'migrate', layout: 'bind' });
    expect(plan.target.disks.map(({ serial }) => serial)).toEqual(
      worker.machine.disks.map(({ serial }) => serial).sort(),
    );

    await worker.twice(backUpFstab, plan);
    await worker.twice(stopAndDisableUnits, plan);
    await worker.once(confirmDirectoriesUnused, plan);
    await worker.once(selectDisks, plan);
    await worker.twice(createRaidArray, plan);

    await worker.machine.powerCut();
    await worker.machine.start();
    const resumed = await worker.planToApply();
    expect(resumed.digest).toBe(plan.digest);
    expect(await worker.see('systemctl is-active kubelet containerd || true')).not.toContain(
      'active\nactive',
    );

    await worker.once(confirmDirectoriesUnused, plan);
    await worker.once(selectDisks, plan);
    await worker.once(createRaidArray, plan, 3);
    await worker.twice(makeFileSystem, plan);
    await worker.twice(updateFstab, plan);
    await worker.twice(mountData, plan);
    await worker.twice(writeMdadmConf, plan);
    await worker.twice(regenerateInitramfs, plan);
    await worker.twice(copyData, plan);
    expect((await worker.planToApply()).digest).toBe(plan.digest);
    await worker.twice(switchData, plan);
    await worker.twice(orderUnitsAfterMount, plan);
    expect((await worker.planToApply()).digest).toBe(plan.digest);
    await worker.reboot();
    await worker.twice(confirmStorage, plan);
    await worker.twice(startAndEnableUnits, plan);
    await worker.once(checkJournals, plan);

    expect(await digestOfTree(worker.machine, seededPaths)).toBe(digest);
    expect(await worker.see('cat /proc/mdstat')).toMatch(/^md0 : active raid0/m);
    expect(await worker.see('findmnt -no UUID -M /data')).toBe(plan.target.fileSystem.uuid);
    expect(await worker.see('grep -c "# slipway:" /etc/fstab')).toBe('1');
    expect(await worker.see('findmnt --verify >&2; echo $?')).toBe('0');
    expect(await worker.see('findmnt -no SOURCE -M /var/lib/kubelet')).toBe('/dev/md0[/kubelet]');
    expect(await worker.see('cd /var/lib/kubelet.slipway-old && ls -A')).toContain('pods');
    expect(await worker.see('systemctl is-active kubelet containerd')).toBe('active\nactive');
    const held = await worker.see('find /proc/[0-9]*/fd -lname "/var/lib/kubelet/stand-in.log" | wc -l');
    expect(Number(held)).toBeGreaterThan(0);
    expect(await worker.plan()).toMatchObject({ kind: 'satisfied', digest: plan.digest });
  });
});
