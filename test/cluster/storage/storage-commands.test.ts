import { expect, it } from 'vitest';
import { copyScript } from '../../../src/activities/step-07-storage/copy-data.js';
import { createScript } from '../../../src/activities/step-07-storage/create-raid-array.js';
import { makeScript } from '../../../src/activities/step-07-storage/make-file-system.js';
import { switchScript } from '../../../src/activities/step-07-storage/switch-data.js';
import { storageCommands } from '../../../src/cluster/storage/storage-commands.js';
import { dropIn, dropInPath } from '../../../src/cluster/storage/drop-in.js';
import { aTarget } from '../../support/builders.js';
import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import type { Script } from '../../../src/hosts/script.js';

/** What a plan shows as the exact commands is what the steps run. */

const moves = ['kubelet', 'containerd'].map((unit) => ({
  from: `/var/lib/${unit}`,
  to: `/data/${unit}`,
  unit,
}));

const linesOf = (script: Script) => script.text.split('\n').map((line) => line.trim());

/** The plan's commands that begin with one of these words. */
const shown = (target: StorageTarget, ...words: readonly string[]) =>
  storageCommands(target).filter((command) => words.some((word) => `${command} `.startsWith(`${word} `)));

it.each(['raid0', 'raid1'] as const)('creates a %s as the plan shows it', (level) => {
  const plain = aTarget();
  const target = { ...plain, array: { ...plain.array, level } };
  const commands = shown(target, 'mdadm');
  expect(commands).toHaveLength(1);
  expect(linesOf(createScript(target))).toEqual(
    expect.arrayContaining(commands.map((command) => `${command} </dev/null`)),
  );
});

it('makes the file system as the plan shows it', () => {
  const target = aTarget();
  const [command = ''] = shown(target, 'mkfs.ext4');
  expect(makeScript(target, '/made').text).toContain(
    `${command.replace(target.array.device, '"$device"')} </dev/null`,
  );
});

it.each(['bind', 'root-dir'] as const)('moves data as the plan shows it, with the layout %s', (layout) => {
  const target = aTarget({ layout, path: 'migrate', moves });
  const commands = shown(target, 'rsync', 'mv', 'cp', 'mkdir -p /var/lib/kubelet');
  const run = [...linesOf(copyScript(target)), ...linesOf(switchScript(target))];
  expect(commands.map((command) => run.indexOf(command))).not.toContain(-1);
  for (const word of ['rsync', 'cp']) {
    const copies = run.filter((line) => line.startsWith(`${word} `));
    expect(new Set(shown(target, word))).toEqual(new Set(copies));
  }
});

it.each(['bind', 'root-dir'] as const)(
  'lets units wait as the plan shows it, with the layout %s',
  (layout) => {
    const target = aTarget({ layout, moves });
    const written = moves.map((move) => {
      const setting = dropIn(target, move).split('\n').slice(1).join('\\n');
      return `printf '${setting}' > ${dropInPath(move)}`;
    });
    expect(shown(target, 'printf')).toEqual(written);
  },
);
