import { describe, expect, it } from 'vitest';
import { backUpFstab } from '../../../../src/activities/step-07-storage/back-up-fstab.js';
import { copyData } from '../../../../src/activities/step-07-storage/copy-data.js';
import { createRaidArray } from '../../../../src/activities/step-07-storage/create-raid-array.js';
import { deleteOldData } from '../../../../src/activities/step-07-storage/delete-old-data.js';
import { makeFileSystem } from '../../../../src/activities/step-07-storage/make-file-system.js';
import { oldDataDigest } from '../../../../src/cluster/storage/old-data.js';
import { measureOldData } from '../../../../src/activities/step-07-storage/measure-old-data.js';
import { mountData } from '../../../../src/activities/step-07-storage/mount-data.js';
import { stopAndDisableUnits } from '../../../../src/activities/step-07-storage/stop-and-disable-units.js';
import { switchData } from '../../../../src/activities/step-07-storage/switch-data.js';
import { undoStorage } from '../../../../src/activities/step-07-storage/undo/undo-storage.js';
import { updateFstab } from '../../../../src/activities/step-07-storage/update-fstab.js';
import { writeMdadmConf } from '../../../../src/activities/step-07-storage/write-mdadm-conf.js';
import { digestOfTree, seedWorker, seededPaths } from '../../../../src/lab/seed-worker.js';
import { useLab } from '../../../support/lab-host.js';
import { approvedBy } from '../../../support/approved.js';
import { StorageWorker } from '../../../support/storage-worker.js';

const stage = useLab('undo-test');

/** Everything of the machine that step 7 changes before its switch: content, mode and owner, units, mounts. */
const filesAndMounts = `find /etc/fstab* /etc/mdadm /etc/systemd -printf '%p %y %m %U:%G %l\\n' | sort
find /etc/fstab* /etc/mdadm /etc/systemd -type f -exec sha256sum {} + | sort -k 2
systemctl show -p Id,ActiveState,UnitFileState kubelet containerd
ls -d /data 2>&1 || true
findmnt -rn -o TARGET | grep -E 'data|lib/(kubelet|containerd)' || true`;

/** In the middle of the copy: the first directory is copied and compared, the second only in part. */
const failingRsync = `cat > /usr/local/bin/rsync <<'EOT'
#!/bin/sh
/usr/bin/rsync "$@" || exit
case "$*" in */var/lib/containerd/*) exit 23 ;; esac
EOT
chmod 755 /usr/local/bin/rsync`;

describe('step 7 given up on a worker with running units', () => {
  it('leaves the machine as it was, by digest, also after a restart, and is begun anew with what it finds', async () => {
    const { lab, dependencies } = stage();
    const worker = new StorageWorker(dependencies, await lab.startVm({ name: 'undone' }), 'auto');
    const data = await seedWorker(worker.machine);
    await worker.see(`printf '\\n\\n# the end, without a newline' >> /etc/fstab; chmod 640 /etc/fstab
printf '# mine\\n' >> /etc/mdadm/mdadm.conf; chgrp adm /etc/mdadm/mdadm.conf`);
    const plan = await worker.planToApply();
    const asItWas = await worker.see(filesAndMounts);
    expect(asItWas).toContain('ActiveState=active');

    let round = 1;
    const undo = async () => {
      round += 1;
      const result = await worker.once(undoStorage, plan, round);
      expect(await worker.see(filesAndMounts)).toBe(asItWas);
      expect(await digestOfTree(worker.machine, seededPaths)).toBe(data);
      return result;
    };

    await worker.once(backUpFstab, plan);
    await worker.once(stopAndDisableUnits, plan);
    expect(await worker.see('systemctl is-enabled kubelet || true')).toBe('disabled');
    // A second run, after the first was cancelled, records nothing of what the first one has changed.
    await worker.once(backUpFstab, plan, 2);
    expect(await undo()).toMatchObject({
      outcome: 'changed',
      summary:
        'Step 7 was undone: /etc/fstab and /etc/mdadm/mdadm.conf as they were (by digest), /data not mounted, ' +
        'kubelet and containerd and their settings as before.',
    });

    const steps = [backUpFstab, stopAndDisableUnits, createRaidArray, makeFileSystem];
    const mount = [updateFstab, mountData, writeMdadmConf];
    for (const make of [...steps, ...mount]) await worker.once(make, plan, 2);
    await worker.once(backUpFstab, plan, 3);
    const undone = await undo();
    expect(undone.summary).toContain('/dev/md0 stays, with what was copied onto it');
    // The answer was lost after everything was done.
    expect(await worker.once(undoStorage, plan, round)).toEqual(undone);

    for (const make of [...steps, ...mount]) await worker.once(make, plan, 4);
    await worker.see(failingRsync);
    await expect(worker.once(copyData, plan, 4)).rejects.toMatchObject({ type: 'CommandFailedError' });
    await worker.see('rm /usr/local/bin/rsync');
    expect(await worker.see('ls -A /data')).toContain('.slipway-kubelet.verified');
    await undo();
    expect(await worker.see('ls /var/lib/slipway/storage')).not.toContain('before.json');

    await worker.reboot();
    expect(await worker.see(filesAndMounts)).toBe(asItWas);
    expect(await digestOfTree(worker.machine, seededPaths)).toBe(data);
    await worker.see('echo new > /var/lib/kubelet/pods/since-then; rm /var/lib/containerd/seed/link');
    const changedData = await digestOfTree(worker.machine, seededPaths);

    expect((await worker.planToApply()).digest).toBe(plan.digest);
    for (const make of [...steps, ...mount]) await worker.once(make, plan, 5);
    expect(await worker.see('ls -A /data')).toMatch(
      /\.slipway-containerd\.partial\n\.slipway-kubelet\.partial/,
    );
    for (const make of [copyData, switchData]) await worker.once(make, plan, 5);
    expect(await digestOfTree(worker.machine, seededPaths)).toBe(changedData);
    expect(await worker.once(undoStorage, plan, 6)).toMatchObject({
      outcome: 'unchanged',
      summary: expect.stringContaining(
        'the data of /var/lib/kubelet is on the array already; kept: /var/lib/kubelet.slipway-old, /var/lib/containerd.slipway-old.',
      ) as string,
    });

    // The original, deleted after its own approval
    const old = { host: worker.address, target: plan.target, jobKey: 'delete-1' };
    const { directories } = await worker.activity(measureOldData(dependencies), old);
    expect(directories.map(({ path }) => path)).toEqual([
      '/var/lib/kubelet.slipway-old',
      '/var/lib/containerd.slipway-old',
    ]);
    const blocks = await worker.see('du -sx -B1 /var/lib/kubelet.slipway-old | cut -f 1');
    expect(directories[0]?.bytes).toBe(Number(blocks));
    const deletionOf = (what: typeof directories) =>
      worker.activity(deleteOldData(dependencies), {
        ...{ ...old, directories: what },
        approved: approvedBy('the test', oldDataDigest(plan.target, what)),
      });
    const deletion = () => deletionOf(directories);
    await expect(deletionOf([{ path: '/var/lib/kubelet', bytes: 1 }])).rejects.toMatchObject({
      type: 'RefusedError',
      message: expect.stringContaining('/var/lib/kubelet is not data that step 7 has kept') as string,
    });
    expect(await deletion()).toMatchObject({ outcome: 'changed' });
    expect(await worker.see('ls -d /var/lib/*.slipway-* 2>/dev/null || true')).toBe('');
    expect(await deletion()).toMatchObject({ outcome: 'unchanged' });
    expect(await digestOfTree(worker.machine, seededPaths)).toBe(changedData);
  });
});
