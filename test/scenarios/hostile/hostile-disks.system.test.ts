import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createScript } from '../../../src/activities/step-07-storage/create-raid-array.js';
import { aTarget } from '../../support/builders.js';
import { canary, commands } from './hostile-inputs.js';
import { SealedMachine } from '../../support/sealed-machine.js';

/** The script that writes to disks, with disks whose makers had ideas of their own about serial numbers. */

let machine: SealedMachine;
beforeEach(() => {
  machine = SealedMachine.open();
});
afterEach(() => {
  machine.remove();
});

it('gives mdadm the link of each disk as one word, whatever its serial number is', { timeout: 60_000 }, async () => {
  const array = { ...aTarget().array, name: 'md1', device: '/dev/md1' };
  let round = 0;
  // What lsblk prints around it is no part of a serial number, and what `$(…)` takes off its end neither.
  const serials = commands.map((text) => text.replaceAll('\n', '').trim()).filter((text) => text.length > 5);
  await fc.assert(
    fc.asyncProperty(serials, async (serial) => {
      const links = ['a', 'b'].map((end) => `/dev/disk/by-id/nvme-${serial}-${(round += 1)}${end}`);
      const disks = links.map((byId) => ({ serial, wwn: null, byId, model: serial, bytes: 1, nameThen: serial }));
      for (const link of links) machine.blankDisk(link);
      machine.answer({ text: '', code: 0 }, {
        lsblk: { text: `${serial}\n`, code: 0 },
        blkid: { text: '', code: 2 },
        findmnt: { text: '', code: 1 },
      });
      const target = aTarget({ disks, array });
      await machine.run(createScript(target));
      const [created = []] = machine.calls().filter(([program, word]) => program === 'mdadm' && word === '--create');
      expect(created.slice(-2)).toEqual(links);
      const name = expect.stringMatching(/^--[a-z-]+=/) as string;
      expect(created.slice(1, -2)).toEqual(['--create', array.device, ...Array<string>(created.length - 5).fill(name)]);
      expect(machine.found(canary)).toEqual([]);
      const wrong = aTarget({ array, disks: disks.map((disk) => ({ ...disk, serial: `${serial}x` })) });
      await expect(machine.run(createScript(wrong))).rejects.toMatchObject({ exitCode: 65 });
    }),
    { numRuns: 25 },
  );
}); // prettier-ignore
