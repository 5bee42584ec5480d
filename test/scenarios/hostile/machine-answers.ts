import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import type { Answer, SealedMachine } from '../../support/sealed-machine.js';

/** How the programs of a machine answer. */
export type Manner =
  /** With success and nothing to say. */
  | 'silent'
  /** As on a machine with the target's array, so that scripts come to their ends. */
  | 'willing'
  /** With failure and hostile words. */
  | 'failing'
  /** With success and hostile words. */
  | 'talking';

const says = (text: string, code = 0): Answer => ({ text: `${text}\n`, code });

export function machineAnswers(
  machine: SealedMachine,
  { manner, said, target }: { manner: Manner; said: readonly string[]; target: StorageTarget },
): void {
  const words = said.join('\n');
  const units = target.moves.map(({ unit }) => `Id=${unit}\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n`);
  switch (manner) {
    case 'silent':
      return machine.answer(says(''));
    case 'talking':
      return machine.answer(says(words));
    case 'failing':
      // Where systemctl fails without a word there is no other firewall, and the rules are tried.
      return machine.answer(says(words, 1), { systemctl: { text: '', code: 1 } });
    case 'willing':
      return machine.answer(says(''), {
        id: says('0'),
        findmnt: says('/dev/array'),
        blkid: says(target.fileSystem.uuid),
        lsblk: says(target.disks[0]?.serial ?? ''),
        mdadm: says(`MD_UUID=${target.array.uuid}`),
        mountpoint: { text: '', code: 1 },
        getent: says('root:x:0:0:root:/root:/bin/sh'),
        'ssh-keygen': says(`ssh-rsa AAAA ${said[0] ?? ''}`),
        python3: says('3.11 /bin/python3'),
        systemctl: says(units.join('\n')),
      });
  }
} // prettier-ignore
