import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFacts } from '../../src/cluster/parse-facts.js';
import { planStorage } from '../../src/cluster/plan-storage.js';
import { factsTextOf, worlds, type Trace, type World, type WorldDisk } from './disk-worlds.js';
import { storageOf } from './storage-facts.js';

/** Every reason for which a disk is left alone, and when it is true; written without the planner's own code. */
const reasons: readonly [RegExp, (disk: WorldDisk, world: World) => boolean][] = [
  [/^It is mounted at \/srv\.$/, has('mounts')],
  [/^It has a partition table \((gpt|dos)\)\.$/, has('lsblk-table', 'blkid-table')],
  [
    /^It (has a signature|is a (physical volume|member)|belongs to (a ZFS|bcache|a Ceph)|is (swap|encrypted|one path))/,
    has('lsblk-signature', 'blkid-signature', 'blkid-failure', 'not-probed'),
  ],
  [/^Something is built upon it: /, has('lsblk-child', 'holders', 'partitions')],
  [/^It is in use: swap\.$/, has('swaps')],
  [/^It is in use: a ZFS pool\.$/, has('pools')],
  [/^It is in use: a multipath device\.$/, has('multipath')],
  [/^It is in use: a volume group of LVM\.$/, has('volumes')],
  [/^It is in use: bcache\.$/, has('bcache')],
  [/^It is in use: something holds it open exclusively\.$/, has('claimed')],
  [/^It is read-only\.$/, ({ readOnly }) => readOnly],
  [/^It is removable\.$/, ({ removable }) => removable],
  [/^It is too small: 0\.5 GiB of at least 1\.0 GiB\.$/, ({ gibibytes }) => gibibytes < 1],
  [/^It is not an NVMe disk\.$/, ({ nvme }) => !nvme],
  [/^It has no link under \/dev\/disk\/by-id\.$/, ({ hasLink }) => !hasLink],
  [/^It has no serial number, so a plan cannot name it\.$/, ({ serial }) => serial === null],
  [
    /^It has the same serial number as /,
    ({ serial, name }, { disks }) =>
      serial !== null && disks.some((other) => other.serial === serial && other.name !== name),
  ],
];

function has(...ways: readonly Trace['by'][]): (disk: WorldDisk) => boolean {
  return ({ traces }) => traces.some(({ by }) => ways.includes(by));
}

function planOf(world: World) {
  const facts = parseFacts(factsTextOf(world), '@@MARK');
  return planStorage({ facts, host: 'worker1', storage: storageOf() });
}

describe('a plan for a machine with any disks', () => {
  it('takes only disks with nothing on them, and gives of each other one every reason that is true, and no other', () => {
    const counted = { apply: 0, refused: 0 };
    fc.assert(
      fc.property(worlds, (world) => {
        const plan = planOf(world);
        if (plan.kind !== 'apply' && plan.kind !== 'refused') throw new Error(plan.kind);
        counted[plan.kind] += 1;
        const whyNot = (disk: WorldDisk) => reasons.filter(([, isTrue]) => isTrue(disk, world));
        const free = world.disks.filter((disk) => whyNot(disk).length === 0);
        const taken = plan.kind === 'apply' ? plan.target.disks.map(({ nameThen }) => nameThen) : [];
        expect(taken).toHaveLength(free.length >= 2 ? 2 : 0);
        const wronglyTaken = taken.filter((name) => !free.some((disk) => disk.name === name));
        expect(wronglyTaken).toEqual([]);

        // One comparison for all disks: `expect` for each reason would take most of the time.
        const wronglyTold = world.disks
          .filter(({ name }) => !taken.includes(name))
          .filter((disk) => {
            const told = plan.excluded.find(({ name }) => name === disk.name)?.reasons ?? [];
            const others = told.filter(
              (reason) => !reason.startsWith('It is free, but the array takes other'),
            );
            const expected = whyNot(disk).map(([pattern]) => pattern);
            const isComplete = expected.every((pattern) => others.some((reason) => pattern.test(reason)));
            return !isComplete || others.length !== expected.length;
          });
        expect(wronglyTold).toEqual([]);
      }),
      { numRuns: 10_000 },
    );
    // Both happen often, so neither half of the test is empty.
    expect(counted.apply).toBeGreaterThan(1_000);
    expect(counted.refused).toBeGreaterThan(1_000);
  }, 60_000);
});
