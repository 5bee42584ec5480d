import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { restoreScript } from '../../../src/activities/step-08-kubespray-run/restore-data-directories.js';
import { planStorage } from '../../../src/cluster/storage/make-storage-plan.js';
import type { Layout, StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import { factsOf, storageOf } from '../../support/storage-facts.js';
import { ScriptStage } from '../../support/script-stage.js';

/** As Kubespray's `reset.yml` leaves the folders of step 7 (trap T4). */
let stage: ScriptStage;

beforeEach(async () => {
  stage = await ScriptStage.open(['mkdir', 'find']);
  await stage.command('findmnt', 'case "$*" in *TARGET*) cat "$FOLDER/mounts" ;; *) echo /dev/array ;; esac');
  await stage.command('blkid', 'cat "$FOLDER/uuid"');
  await stage.command('mountpoint', 'exit 1');
  await stage.command('systemctl', 'exit "$(cat "$FOLDER/inactive")"');
  await stage.countedCommand('mount', 'echo "mount $1" >> "$FOLDER/done"');
  await stage.countedCommand('umount', 'echo "umount $1" >> "$FOLDER/done"');
});

afterEach(async () => {
  await stage.close();
});

async function afterReset(layout: Layout): Promise<StorageTarget> {
  const plan = planStorage({ facts: factsOf(), host: 'worker-1', storage: storageOf({ layout }) });
  if (plan.kind !== 'apply') throw new Error('No target');
  await stage.plain(`rm -rf data lib done; mkdir -p data/kubelet/pods/one/volumes lib/kubelet
touch data/.slipway-kubelet.moved data/of-somebody data/kubelet/pods/one/file; echo 3 > inactive; : > done
printf '%s' ${plan.target.fileSystem.uuid} > uuid
printf '%s\\n' / "$FOLDER/data" "$FOLDER/data/kubelet/pods/one/volumes" "$FOLDER/data/kubelet-of-others/x" > mounts`);
  return {
    ...plan.target,
    mountPoint: stage.within('data'),
    moves: plan.target.moves.map((move) => ({
      ...move,
      from: stage.within(`lib/${move.unit}`),
      to: stage.within(`data/${move.unit}`),
    })),
  };
}

describe.each<[Layout]>([['bind'], ['root-dir']])(
  'directories after the reset of a node, %s layout',
  (layout) => {
    const end = 'data\ndata/.slipway-kubelet.moved\ndata/containerd\ndata/kubelet\ndata/of-somebody\n';

    it('are there and empty, with nothing mounted beneath them, and everything else is as it was', async () => {
      const target = await afterReset(layout);
      expect(await stage.run(restoreScript(target))).toMatchObject({ code: 0 });
      expect(await stage.plain('find data | sort')).toBe(end);
      const binds = target.moves.map(({ from }) => `mount ${from}\n`).join('');
      const unmounted = `umount ${stage.within('data/kubelet/pods/one/volumes')}\n`;
      expect(await stage.plain('cat done')).toBe(unmounted + (layout === 'bind' ? binds : ''));
    });

    it('come to the same end after a kill at any of the commands', async () => {
      let number = 1;
      for (; ; number += 1) {
        const target = await afterReset(layout);
        const { code } = await stage.run(restoreScript(target), number);
        if (code === 0) break;
        expect(await stage.run(restoreScript(target))).toMatchObject({ code: 0 });
        expect(await stage.plain('find data | sort')).toBe(end);
      }
      expect(number).toBeGreaterThan(4);
    });

    it('are left alone while a unit runs, or when the planned file system is not mounted', async () => {
      const target = await afterReset(layout);
      await writeFile(stage.within('inactive'), '0');
      const running = await stage.run(restoreScript(target));
      expect(running).toMatchObject({ code: 65, output: expect.stringContaining('service runs') as string });
      await writeFile(stage.within('inactive'), '3');
      await writeFile(stage.within('uuid'), 'another');
      expect(await stage.run(restoreScript(target))).toMatchObject({ code: 65 });
      expect(await stage.plain('ls data/kubelet/pods/one')).toBe('file\nvolumes\n');
    });
  },
);
