import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import {
  isMoved,
  memberSerials,
  runningArray,
  storageDifferences,
} from '../../../src/cluster/storage/storage-differences.js';
import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import { factsOf, stagesOf } from '../../support/storage-facts.js';
import { applied } from '../../support/storage-plan-of.js';

const { target } = applied(factsOf());
const stages = stagesOf(factsOf(), target);
const done = stages.find(({ name }) => name === 'units started')?.facts ?? factsOf();
const [array] = done.arrays;
const differences = (facts: Partial<HostFacts>, wanted: Partial<StorageTarget> = {}) =>
  storageDifferences({ ...done, ...facts }, { ...target, ...wanted });

describe('what is missing of step 7', () => {
  it('is something at every stage until the data is switched, and nothing at the end', () => {
    const names = stages.flatMap(({ name, facts }) =>
      storageDifferences(facts, target).length > 0 ? [name] : [],
    );
    const switched = stages.findIndex(({ name }) => name === 'switched');
    expect(names).toEqual(stages.slice(0, switched).map(({ name }) => name));
    expect(switched).toBeGreaterThan(5);
    expect(differences({})).toEqual([]);
  });

  it('is the array where it does not run, has another name, level or other members', () => {
    if (array === undefined) throw new Error('The stages have an array.');
    expect(differences({ arrays: [] })).toEqual([`No array with UUID ${target.array.uuid} runs.`]);
    expect(differences({ arrays: [{ ...array, device: '/dev/md127' }] })).toEqual([
      'The array is named /dev/md127 instead of /dev/md0.',
    ]);
    expect(differences({ arrays: [{ ...array, level: 'raid1' }] })).toEqual([
      "The array's level is raid1 instead of raid0.",
    ]);
    expect(differences({ arrays: [{ ...array, members: array.members.slice(1) }] })).toEqual([
      "The array's members are BBB instead of AAA, BBB.",
    ]);
  });

  it('is the mount where nothing or something else is mounted there, the last one counting', () => {
    const mounts = done.mounts.filter((mount) => mount.target !== '/data');
    expect(differences({ mounts })).toContain('Nothing is mounted at /data.');
    const other = { target: '/data', source: '/dev/sdz', fileSystem: 'xfs', options: 'rw', uuid: 'u' };
    expect(differences({ mounts: [...done.mounts, other] })).toEqual([
      '/data is /dev/sdz instead of the planned file system.',
    ]);
    expect(differences({ mounts: [other, ...done.mounts] })).toEqual([]);
  });

  it('is what fstab and mdadm.conf lack, or have twice', () => {
    expect(differences({ fstab: '' })).toEqual(['/etc/fstab has not exactly the lines of the plan.']);
    expect(differences({ mdadmConf: `${done.mdadmConf ?? ''}${done.mdadmConf ?? ''}` })).toEqual([
      'mdadm.conf has not exactly one line for the array.',
    ]);
  });

  it('is the data that is not in use from the array, but on a fresh host only where it is bound there', () => {
    const dataDirectories = done.dataDirectories.map((one) => ({ ...one, mounted: false }));
    const kubelet = 'The data of /var/lib/kubelet is not in use from /data/kubelet.';
    expect(differences({ dataDirectories })).toContain(kubelet);
    expect(differences({ dataDirectories }, { path: 'fresh' })).toContain(kubelet);
    const rootDir = storageDifferences(
      { ...done, dataDirectories },
      { ...target, path: 'fresh', layout: 'root-dir' },
    );
    expect(rootDir).not.toContain(kubelet);
  });
});

describe('a directory', () => {
  const [move] = target.moves;
  const [directory] = done.dataDirectories;
  const moved = (change: object, layout: StorageTarget['layout'] = 'bind') =>
    move !== undefined &&
    directory !== undefined &&
    isMoved({ ...done, dataDirectories: [{ ...directory, ...change }] }, { ...target, layout }, move);

  it('is moved when Slipway has moved it and, in the layout bind, it is mounted', () => {
    expect(moved({})).toBe(true);
    expect(moved({ moved: false })).toBe(false);
    expect(moved({ mounted: false })).toBe(false);
    expect(moved({ mounted: false }, 'root-dir')).toBe(true);
    expect(moved({ path: '/var/lib/other' })).toBe(false);
  });
});

describe('the planned array', () => {
  it('is known by its UUID however it is written, and its members by their serial numbers', () => {
    if (array === undefined) throw new Error('The stages have an array.');
    const written = { ...array, uuid: array.uuid.replaceAll(':', '').toUpperCase() };
    expect(runningArray({ ...done, arrays: [written] }, target)).toBe(written);
    expect(memberSerials(done, { ...array, members: ['sdz', ...[...array.members].reverse()] })).toEqual([
      ...['AAA', 'BBB', 'sdz?'],
    ]);
  });
});
