import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteScript } from '../../../src/activities/step-07-storage/delete-old-data.js';
import type { Script } from '../../../src/hosts/script.js';
import { aTarget } from '../../support/builders.js';
import { ScriptStage } from '../../support/script-stage.js';

/**
 * The script that deletes the data from before the move, run for real in a temporary folder, and ended with SIGKILL
 * before each of its commands in turn. Only the commands that tell what is mounted are replaced.
 */

let stage: ScriptStage;

beforeEach(async () => {
  stage = await ScriptStage.open(['mv', 'rm']);
  await stage.command('findmnt', 'echo /dev/array');
  await stage.command('blkid', 'cat "$FOLDER/uuid"');
  await stage.command('mountpoint', '[ "$2" = "$(cat "$FOLDER/mounted")" ]');
  await stage.command('sync', 'exit 0');
});

afterEach(async () => {
  await stage.close();
});

async function seeded(): Promise<Script> {
  await stage.plain(`rm -rf data lib
mkdir -p data/kubelet data/containerd lib/kubelet lib/containerd lib/kubelet.slipway-old/pods lib/containerd.slipway-old
touch data/.slipway-kubelet.moved data/.slipway-containerd.moved mounted
for name in kubelet containerd; do echo now > data/$name/file; echo then > lib/$name.slipway-old/file; done`);
  const target = aTarget({
    path: 'migrate',
    layout: 'bind',
    mountPoint: stage.within('data'),
    moves: ['kubelet', 'containerd'].map((unit) => ({
      from: stage.within(`lib/${unit}`),
      to: stage.within(`data/${unit}`),
      unit,
    })),
  });
  await writeFile(stage.within('uuid'), target.fileSystem.uuid);
  return deleteScript(target, target.moves);
}

const sight = () => stage.plain('find lib data -type f | sort; ls -A lib');
const whole = () =>
  stage.plain('for name in kubelet containerd; do [ "$(cat lib/$name.slipway-old/file)" = then ]; done');
const deleted =
  'data/.slipway-containerd.moved\ndata/.slipway-kubelet.moved\ndata/containerd/file\ndata/kubelet/file\ncontainerd\nkubelet\n';

describe('deleting the data from before the move', () => {
  it('deletes the kept directories and nothing else, also when it is repeated', async () => {
    const script = await seeded();
    await expect(stage.run(script)).resolves.toMatchObject({ code: 0 });
    expect(await sight()).toBe(deleted);
    await expect(stage.run(script)).resolves.toMatchObject({ code: 0 });
    expect(await sight()).toBe(deleted);
  });

  it('goes on after a kill at any of its commands, and never leaves a half under the name of the whole', async () => {
    let number = 1;
    for (; ; number += 1) {
      const script = await seeded();
      const { code } = await stage.run(script, number);
      if (code === 0) break;
      for (const name of ['kubelet', 'containerd']) {
        const kept = await stage.plain(`cat lib/${name}.slipway-old/file 2>/dev/null || true`);
        const there = await stage.plain(`ls -d lib/${name}.slipway-old 2>/dev/null || true`);
        expect(kept, `killed at command ${number}`).toBe(there === '' ? '' : 'then\n');
      }
      const again = await stage.run(script);
      expect(again.code, `killed at command ${number}: ${again.output}`).toBe(0);
      expect(await sight()).toBe(deleted);
    }
    expect(number).toBeGreaterThan(4);
  });

  it.each<[string, string, RegExp]>([
    ['the data is not on the array', 'echo another > uuid', /is not in use from/],
    ['step 7 has not finished a directory', 'rm data/.slipway-containerd.moved', /is not in use from/],
    [
      'a kept directory is a link',
      'mv lib/kubelet.slipway-old elsewhere; ln -s ../elsewhere lib/kubelet.slipway-old',
      /kubelet\.slipway-old is a link/,
    ],
    [
      'a kept directory is a mount point',
      'printf %s "$FOLDER/lib/containerd.slipway-old" > mounted',
      /containerd\.slipway-old is a mount point/,
    ],
  ])('refuses untouched when %s', async (_, change, why) => {
    const script = await seeded();
    await stage.plain(change);
    const { code, output } = await stage.run(script);
    expect(code).toBe(65);
    expect(output).toMatch(why);
    await whole();
  });

  it('refuses untouched while a process works in a kept directory', async () => {
    const script = await seeded();
    const user = spawn('sleep', ['60'], { cwd: stage.within('lib/kubelet.slipway-old/pods') });
    try {
      const { code, output } = await stage.run(script);
      expect(code).toBe(65);
      expect(output).toContain(`process /proc/${user.pid ?? 0} has `);
      await whole();
    } finally {
      user.kill();
    }
  });
});
