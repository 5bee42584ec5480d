import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFacts } from '../../../src/cluster/facts/parse-facts.js';
import { planStorage } from '../../../src/cluster/storage/make-storage-plan.js';
import type { ExcludedDevice, StoragePlan } from '../../../src/cluster/storage/storage-plan.js';
import { factsTextOf } from './disk-world-facts.js';
import { allDevices, foreignOn, reasonsAgainst, unfitness } from './disk-world-truth.js';
import { ownUuid, type World, worlds, type WorldDevice } from './disk-worlds.js';

function planOf(world: World): StoragePlan {
  const facts = parseFacts(factsTextOf(world), '@@MARK');
  return planStorage({ facts, host: 'worker1', storage: world.storage });
}

function takenBy(plan: StoragePlan, { disks }: World): readonly WorldDevice[] {
  if (plan.kind !== 'apply' && plan.kind !== 'satisfied') return [];
  return plan.target.disks.map(({ serial, nameThen }) => {
    const disk = disks.find((one) => one.name === nameThen && one.type === 'disk');
    if (disk?.serial !== serial) throw new Error(`No disk ${nameThen} with the serial number ${serial}.`);
    return disk;
  });
}

/** What is wrong with the disks that a plan takes, as far as anybody could lose something by it. */
function wronglyTaken(taken: readonly WorldDevice[], plan: StoragePlan, world: World): string[] {
  if (plan.kind !== 'apply' && plan.kind !== 'satisfied') return [];
  const runs = world.arrays.some(({ uuid }) => uuid === plan.target.array.uuid);
  const serials = taken.map(({ serial }) => serial);
  const uuid = ownUuid(serials, world.storage.arrayName);
  return [
    ...foreignOn(taken, world),
    ...(plan.target.array.uuid === uuid ? [] : [`The UUID is not ${uuid}.`]),
    ...taken.filter(({ traces }) => traces.length === 0).flatMap((disk) => reasonsAgainst(disk, world)),
    // What runs already is assembled by nobody.
    ...(runs ? [] : taken.flatMap((disk) => unfitness(disk, world))),
    ...unwishedAmong(taken, world),
  ];
}

/** An array that is there already is not made larger. */
function unwishedAmong(taken: readonly WorldDevice[], { storage }: World): string[] {
  const { serials, count } = storage.disks;
  const isNew = taken.every(({ traces }) => traces.length === 0);
  const names = ({ serial, wwn }: WorldDevice) =>
    [serial, wwn].filter((word) => serials?.includes(word ?? ''));
  const unnamed = serials === undefined ? [] : taken.filter((disk) => names(disk).length === 0);
  const isRight = !isNew || taken.length === (serials?.length ?? count);
  return [
    ...unnamed.map(({ name }) => `Nobody has named ${name}.`),
    ...(isRight ? [] : [`Not as many disks as are wished, but ${taken.length}.`]),
  ];
}

/** Devices of which a reader expects a word. */
function isListed({ name, type }: WorldDevice): boolean {
  return (type === 'disk' && name !== 'zram0') || type === 'dmraid';
}

/** Devices of which the plan says anything that is not so, or not everything that is so. */
function wronglyTold(taken: readonly WorldDevice[], plan: StoragePlan, world: World): unknown[] {
  if (plan.kind !== 'apply' && plan.kind !== 'refused') return [];
  const told = new Map(plan.excluded.map((one) => [one.name, one] as const));
  const listed = allDevices(world).filter(isListed);
  const unknown = plan.excluded.filter(({ name }) => !listed.some((device) => device.name === name));
  // Where a plan for certain disks is refused, nothing is said of these.
  const mayBeChosen = plan.kind === 'refused' && !plan.why.startsWith('The array needs ');
  const wrong = listed.flatMap((device): unknown[] => {
    const entry = told.get(device.name);
    const expected = reasonsAgainst(device, world);
    if (entry === undefined) {
      const isRight = taken.includes(device) || expected.length === 0 || (mayBeChosen && isMember(device));
      return isRight ? [] : [{ name: device.name, told: null, expected }];
    }
    return isSaid(entry, expected, device) ? [] : [{ name: device.name, told: entry.reasons, expected }];
  });
  return [...unknown, ...wrong];
}

function isMember({ traces }: WorldDevice): boolean {
  return traces.some((trace) => 'signature' in trace && trace.signature === 'linux_raid_member');
}

function isSaid({ reasons, serial }: ExcludedDevice, expected: readonly string[], device: WorldDevice) {
  const free = 'It is free, but the array takes other disks: larger ones, or lower serial numbers.';
  const wanted = expected.length === 0 ? [free] : expected;
  return serial === device.serial && [...reasons].sort().join('\n') === [...wanted].sort().join('\n');
}

/** What is to happen where no array is concerned: whether there are enough disks. */
function expectedKind(world: World): StoragePlan['kind'] | undefined {
  const { serials, count } = world.storage.disks;
  if (world.arrays.length > 0 || world.disks.some(isMember)) return undefined;
  const free = world.disks.filter((disk) => isListed(disk) && reasonsAgainst(disk, world).length === 0);
  const whose = (word: string) => free.filter((disk) => disk.serial === word || disk.wwn === word);
  const isEnough =
    serials === undefined
      ? free.length >= count
      : serials.every((word) => whose(word).length === 1) && new Set(serials.flatMap(whose)).size === serials.length;
  return isEnough && (serials?.length ?? count) >= 2 ? 'apply' : 'refused';
} // prettier-ignore

describe('a plan for a machine with any disks and arrays', () => {
  it('takes nothing that holds anything but this host’s own array, and says of each other device all that is true', () => {
    const counted = { apply: 0, refused: 0, partial: 0, stopped: 0, running: 0, renamed: 0, named: 0 };
    fc.assert(
      fc.property(worlds, (world) => {
        const plan = planOf(world);
        if (plan.kind !== 'apply' && plan.kind !== 'refused') throw new Error(plan.kind);
        const taken = takenBy(plan, world);
        const wrong = [...wronglyTaken(taken, plan, world), ...wronglyTold(taken, plan, world)];
        const kind = expectedKind(world) ?? plan.kind;
        // `expect` for each world would take most of the time.
        if (wrong.length > 0 || plan.kind !== kind) expect({ kind: plan.kind, wrong }).toEqual({ kind, wrong: [] });

        counted[plan.kind] += 1;
        const members = taken.filter(isMember).length;
        const array = world.arrays.find((each) => taken[0] !== undefined && each.members.includes(taken[0].name));
        if (members > 0 && members < taken.length) counted.partial += 1;
        if (members > 0 && members === taken.length && array === undefined) counted.stopped += 1;
        if (array !== undefined) counted.running += 1;
        if (array !== undefined && array.itself.name !== world.storage.arrayName) counted.renamed += 1;
        if (taken.length > 0 && world.storage.disks.serials !== undefined) counted.named += 1;
      }),
      { numRuns: 10_000 },
    );
    // Each happens often, so no part of the test is empty.
    expect(counted.apply).toBeGreaterThan(1_000);
    expect(counted.refused).toBeGreaterThan(1_000);
    const { partial, stopped, running, renamed, named } = counted;
    expect(Math.min(partial, stopped, running, renamed, named), JSON.stringify(counted)).toBeGreaterThan(10);
  }, 120_000);
}); // prettier-ignore
