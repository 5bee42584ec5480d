import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { undoScript, type UndoWork } from '../../../../src/activities/step-07-storage/undo/undo-script.js';
import { planStorage } from '../../../../src/cluster/storage/make-storage-plan.js';
import type { StorageTarget } from '../../../../src/cluster/storage/storage-plan.js';
import { sh } from '../../../../src/hosts/script.js';
import { factsOf, freshFacts, storageOf } from '../../../support/storage-facts.js';
import { ScriptStage } from '../../../support/script-stage.js';

/**
 * The script that undoes step 7, run for real in a temporary folder, and ended with SIGKILL before each of its commands
 * in turn. Mounts, units and images are files of the folder.
 */

/** The commands that change anything; beside them those that are replaced below. */
const changing = ['mv', 'cp', 'rm', 'rmdir', 'chmod', 'chown'];

let stage: ScriptStage;

beforeEach(async () => {
  stage = await ScriptStage.open(changing);
  await stage.command('sync', 'exit 0');
  // What is mounted has a file in `mounts`; unmounting shows the empty directory beneath.
  await stage.command('findmnt', 'if [ -e "$FOLDER/mounts/${5##*/}" ]; then echo /dev/array; fi');
  await stage.command('blkid', 'cat "$FOLDER/uuid"');
  await stage.countedCommand(
    'umount',
    `if [ -e "$FOLDER/busy" ]; then echo 'target is busy' >&2; exit 32; fi
PATH=$REAL_PATH
if [ "\${1##*/}" = data ]; then mv "$1" "$FOLDER/array"; mkdir "$1"; fi
rm "$FOLDER/mounts/\${1##*/}"`,
  );
  await stage.countedCommand(
    'update-initramfs',
    'grep -c ARRAY "$FOLDER/mdadm.conf" > "$FOLDER/image" || true',
  );
  await stage.countedCommand(
    'systemctl',
    'case $1 in enable) touch "$FOLDER/units/$2.enabled" ;; start) touch "$FOLDER/units/$2.active" ;; esac',
  );
});

afterEach(async () => {
  await stage.close();
});

const before = { fstab: 'root\n\n\n', conf: '# mine' };
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

/** A host on which step 7 has come as far as the compared copy, or, with nothing to move, as far as its end. */
async function seeded(path: StorageTarget['path']): Promise<UndoWork> {
  const facts = path === 'migrate' ? factsOf() : freshFacts();
  const plan = planStorage({ facts, host: 'worker-1', storage: storageOf({ layout: 'bind' }) });
  if (plan.kind !== 'apply') throw new Error('No target');
  const { uuid } = plan.target.fileSystem;
  await stage.plain(`rm -rf array data lib dropin mounts units etc; mkdir -p data lib mounts units etc
printf '%s' ${uuid} > uuid; touch mounts/data; mkdir -p etc/kubelet.service.d etc/containerd.service.d
printf 'ours' > etc/kubelet.service.d/50; printf 'changed by hand' > etc/containerd.service.d/50
printf 'root\\n\\n\\n' > fstab.before; printf 'root\\nours\\n' > fstab; printf '# mine' > conf.before
printf '# mine\\nARRAY ours\\n' > mdadm.conf; chmod 600 fstab.before; echo 1 > image`);
  await stage.plain(
    path === 'migrate'
      ? `mkdir -p lib/kubelet lib/containerd data/.slipway-kubelet.verified data/.slipway-containerd.partial data/lost+found
echo one > lib/kubelet/one; echo one > data/.slipway-kubelet.verified/one`
      : `mkdir -p lib/kubelet lib/containerd data/kubelet data/containerd; touch mounts/kubelet mounts/containerd
touch data/.slipway-kubelet.moved data/.slipway-containerd.moved`,
  );
  const within = (name: string) => stage.within(name);
  const target = {
    ...plan.target,
    mountPoint: within('data'),
    moves: plan.target.moves.map((move) => ({
      ...move,
      from: within(`lib/${move.unit}`),
      to: within(`data/${move.unit}`),
    })),
  };
  const owner = (await stage.plain("stat -c '%u:%g' fstab")).trim();
  const unit = { active: 'active', enabled: 'enabled' };
  return {
    target,
    files: [
      {
        path: within('fstab'),
        now: sha('root\nours\n'),
        restore: {
          kind: 'backup',
          backup: within('fstab.before'),
          before: { digest: sha(before.fstab), mode: '640', owner },
        },
      },
      {
        path: within('mdadm.conf'),
        now: sha('# mine\nARRAY ours\n'),
        restore: { kind: 'text', text: before.conf },
      },
    ],
    dropIns: ['kubelet', 'containerd'].map((name) => ({
      path: within(`etc/${name}.service.d/50`),
      text: 'ours',
    })),
    absent: [
      within('data'),
      ...(path === 'fresh' ? [within('lib/kubelet'), within('lib/containerd')] : []),
      within('etc/kubelet.service.d'),
      within('etc/containerd.service.d'),
    ],
    initramfs: sh`update-initramfs`,
    enable: [{ name: 'kubelet', ...unit }],
    start: [
      { name: 'containerd', ...unit },
      { name: 'kubelet', ...unit },
    ],
  };
}

/** Everything that is to be as it was. */
async function sight(): Promise<string> {
  return await stage.plain(
    'cat fstab mdadm.conf image; stat -c %a fstab; find lib mounts units etc array data 2>/dev/null | sort; cat etc/containerd.service.d/50',
  );
}

const undone: Readonly<Record<StorageTarget['path'], string>> = {
  migrate: `root


# mine0
640
array
array/.slipway-containerd.partial
array/.slipway-kubelet.partial
array/.slipway-kubelet.partial/one
array/lost+found
etc
etc/containerd.service.d
etc/containerd.service.d/50
lib
lib/containerd
lib/kubelet
lib/kubelet/one
mounts
units
units/containerd.service.active
units/kubelet.service.active
units/kubelet.service.enabled
changed by hand`,
  fresh: `root


# mine0
640
array
etc
etc/containerd.service.d
etc/containerd.service.d/50
lib
mounts
units
units/containerd.service.active
units/kubelet.service.active
units/kubelet.service.enabled
changed by hand`,
};

describe.each<[StorageTarget['path']]>([['migrate'], ['fresh']])('undoing step 7, %s path', (path) => {
  it('puts everything back, keeps copies on the array as uncompared, and leaves alone what is not its own', async () => {
    const work = await seeded(path);
    await expect(stage.run(undoScript(work))).resolves.toMatchObject({ code: 0 });
    await expect(sight()).resolves.toBe(undone[path]);
  });

  it('comes to the same end after a kill at any of its commands', { timeout: 120_000 }, async () => {
    let number = 1;
    for (; ; number += 1) {
      const script = undoScript(await seeded(path));
      const { code } = await stage.run(script, number);
      if (code === 0) break;
      const again = await stage.run(script);
      expect(again.code, `killed at command ${number}: ${again.output}`).toBe(0);
      expect(await sight(), `killed at command ${number}`).toBe(undone[path]);
    }
    expect(number).toBeGreaterThan(15);
  });
});

describe('what stands in the way of undoing step 7', () => {
  it('is data that has been switched already: then nothing is touched', async () => {
    const script = undoScript(await seeded('migrate'));
    await stage.plain('mv lib/containerd lib/containerd.slipway-old');
    const seen = await sight();
    const { code, output } = await stage.run(script);
    expect(code).toBe(65);
    expect(output).toContain('Data is on the array already');
    expect(await sight()).toBe(seen);
  });

  it.each<[string, StorageTarget['path'], string]>([
    ['files of somebody else on the array', 'migrate', 'echo mine > data/notes'],
    ['pods that run from the array already', 'fresh', 'mkdir data/kubelet/pods'],
  ])('is %s: they are named', async (_, path, text) => {
    const script = undoScript(await seeded(path));
    await stage.plain(text);
    const { code, output } = await stage.run(script);
    expect(code).toBe(65);
    expect(output).toMatch(/refused: \S+ has something in it \((notes|kubelet) \)/);
    expect(await stage.plain('cat fstab; ls mounts')).toContain('ours\n');
  });

  it('is a file system in use, or a file that is changed while it is put back', async () => {
    const script = undoScript(await seeded('migrate'));
    await writeFile(stage.within('busy'), '');
    expect((await stage.run(script)).output).toMatch(/refused: \S+ cannot be unmounted/);
    await stage.plain('rm busy; echo more >> fstab');
    expect((await stage.run(script)).output).toMatch(/refused: \S+fstab was changed while/);
    expect(await stage.plain('cat fstab')).toBe('root\nours\nmore\n');
  });
});
