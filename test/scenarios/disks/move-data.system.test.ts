import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyScript } from '../../../src/activities/step-07-storage/copy-data.js';
import { switchScript } from '../../../src/activities/step-07-storage/switch-data.js';
import { planStorage } from '../../../src/cluster/storage/make-storage-plan.js';
import type { Layout, StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import { lines, type Script } from '../../../src/hosts/script.js';
import { factsOf, storageOf } from '../../support/storage-facts.js';
import { ScriptStage } from '../../support/script-stage.js';

/**
 * The scripts that move data, run for real in a temporary folder, and ended with SIGKILL before each of their
 * commands in turn. Only the commands that tell which file system is mounted are replaced.
 */

/** The commands that change anything. */
const changing = ['mv', 'rsync', 'mkdir', 'chown', 'chmod', 'cp', 'touch', 'rm'];

let stage: ScriptStage;

beforeEach(async () => {
  stage = await ScriptStage.open(changing);
  await stage.command('findmnt', 'echo /dev/array');
  await stage.command('blkid', 'cat "$FOLDER/uuid"');
  await stage.command('mountpoint', 'exit 1');
  await stage.command('sync', 'exit 0');
});

afterEach(async () => {
  await stage.close();
});

const run = (script: Script, die?: number) => stage.run(script, die);
const plain = (text: string) => stage.plain(text);

async function seeded(layout: Layout): Promise<StorageTarget> {
  const storage = storageOf({ layout });
  const plan = planStorage({ facts: factsOf(), host: 'worker-1', storage });
  if (plan.kind !== 'apply') throw new Error('No target');
  await plain(`rm -rf data lib
mkdir -p data lib/kubelet/pods lib/kubelet/pki lib/containerd
printf one > lib/kubelet/pods/one; ln lib/kubelet/pods/one lib/kubelet/pods/same; ln -s one lib/kubelet/pods/link
printf key > lib/kubelet/pki/key; printf config > lib/kubelet/config.yaml; chmod 750 lib/kubelet
printf blob > lib/containerd/blob; printf '%s' ${plan.target.fileSystem.uuid} > uuid`);
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

/** Everything that must be found in some whole copy at every moment. */
const contents = 'cat "$1/pods/one" "$1/pods/same" "$1/pods/link"';

async function assertNothingLost(): Promise<void> {
  await plain(`whole() { for place; do if [ "$(cat "$place" 2>/dev/null)" = "$want" ]; then return 0; fi; done; return 1; }
want=one; whole lib/kubelet/pods/one lib/kubelet.slipway-old/pods/one
want=blob; whole lib/containerd/blob lib/containerd.slipway-old/blob`);
}

describe.each<[Layout]>([['bind'], ['root-dir']])('moving the data, %s layout', (layout) => {
  it('ends with the data in its new place and the original beside its old one', async () => {
    const target = await seeded(layout);
    expect(await run(copyScript(target))).toMatchObject({ code: 0 });
    expect(await run(switchScript(target))).toMatchObject({ code: 0 });
    expect(await plain(`set -- data/kubelet; ${contents}; cat data/containerd/blob`)).toBe('oneoneoneblob');
    expect(await plain(`set -- lib/kubelet.slipway-old; ${contents}; ls -A data`)).toBe(
      'oneoneone.slipway-containerd.moved\n.slipway-kubelet.moved\ncontainerd\nkubelet\n',
    );
    expect(await plain('stat -c %a data/kubelet lib/kubelet')).toBe('750\n750\n');
    expect(await plain('ls -A lib/kubelet')).toBe(layout === 'bind' ? '' : 'config.yaml\npki\n');
    expect(await plain('ls -A data/kubelet')).toBe(layout === 'bind' ? 'config.yaml\npki\npods\n' : 'pods\n');
    expect(await run(copyScript(target))).toMatchObject({ code: 0 });
    expect(await run(switchScript(target))).toMatchObject({ code: 0 });
  });

  it(
    'loses nothing and comes to the same end after a kill at any of its commands',
    { timeout: 120_000 },
    async () => {
      let number = 1;
      for (; ; number += 1) {
        const target = await seeded(layout);
        const script = lines(copyScript(target), switchScript(target));
        const { code } = await run(script, number);
        if (code === 0) break;
        await assertNothingLost();
        const again = await run(script);
        expect(again.code, `killed at command ${number}: ${again.output}`).toBe(0);
        expect(await plain(`set -- data/kubelet; ${contents}; cat data/containerd/blob`)).toBe(
          'oneoneoneblob',
        );
        await assertNothingLost();
      }
      expect(number).toBeGreaterThan(20);
    },
  );

  it('refuses when the planned file system is not mounted, and beside data that is not its own', async () => {
    const target = await seeded(layout);
    await writeFile(stage.within('uuid'), 'another');
    expect(await run(copyScript(target))).toMatchObject({ code: 65 });
    await writeFile(stage.within('uuid'), target.fileSystem.uuid);
    expect(await run(copyScript(target))).toMatchObject({ code: 0 });
    await plain('mkdir data/kubelet');
    const { code, output } = await run(switchScript(target));
    expect(code).toBe(65);
    expect(output).toContain('exists already beside the compared copy');
    expect(await readFile(stage.within('lib/kubelet/pods/one'), 'utf8')).toBe('one');
  });
});
