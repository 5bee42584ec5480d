import { describe, expect, it } from 'vitest';
import {
  recordOf,
  type StateNow,
  differencesFromRecord,
  type RecordBefore,
  unitsToRestore,
} from '../../../src/cluster/storage/record-before.js';

const file = (digit: string) => ({ digest: digit.repeat(64), mode: '644', owner: '0:0' });
const running = [
  { name: 'kubelet', active: 'active', enabled: 'enabled' },
  { name: 'containerd', active: 'active', enabled: 'enabled' },
];
const stopped = running.map(({ name }) => ({ name, active: 'inactive', enabled: 'disabled' }));
const untouched: StateNow = {
  fstab: file('a'),
  mdadmConf: null,
  absent: ['/data'],
  empty: [],
  units: running,
};
const nothingBegun = { fstab: false, mdadmConf: false };

function recorded(): RecordBefore {
  const record = recordOf(untouched, nothingBegun, null);
  if (record === null) throw new Error('No record');
  return record;
}

describe('recordOf', () => {
  it('records everything as it is before step 7', () => {
    expect(recorded()).toEqual({
      fstab: { ...file('a'), backup: '/etc/fstab.slipway-aaaaaaaa' },
      mdadmConf: null,
      absent: ['/data'],
      units: running,
    });
  });

  it('keeps in a second run what the first one has changed: stopped units, edited files, made directories', () => {
    const now = { fstab: file('b'), mdadmConf: file('c'), absent: [], empty: ['/data'], units: stopped };
    expect(recordOf(now, { fstab: true, mdadmConf: true }, recorded())).toEqual(recorded());
  });

  it('takes over what the operator has changed between two runs', () => {
    const now = {
      ...untouched,
      fstab: file('d'),
      units: [
        { name: 'kubelet', active: 'inactive', enabled: 'enabled-runtime' },
        { name: 'containerd', active: 'activating', enabled: 'disabled' },
      ],
    };
    const record = recordOf(now, nothingBegun, { ...recorded(), units: stopped });
    expect(record?.fstab?.backup).toBe('/etc/fstab.slipway-dddddddd');
    expect(record?.units).toEqual(now.units);
  });

  it('gives none when step 7 was begun without a record', () => {
    expect(recordOf(untouched, { fstab: true, mdadmConf: false }, null)).toBeNull();
    expect(recordOf(untouched, { fstab: false, mdadmConf: true }, null)).toBeNull();
  });

  it('names the deepest of the missing directories first, so that they can be removed in that order', () => {
    const absent = ['/srv', '/srv/a/data', '/srv/a'];
    expect(recordOf({ ...untouched, absent }, nothingBegun, null)?.absent).toEqual([
      '/srv/a/data',
      '/srv/a',
      '/srv',
    ]);
  });
});

describe('differencesFromRecord', () => {
  it('finds none on a host that is as it was', () => {
    expect(differencesFromRecord(untouched, recorded())).toEqual([]);
  });

  it('names each thing that is not as it was', () => {
    const now: StateNow = {
      fstab: { ...file('a'), mode: '600' },
      mdadmConf: file('c'),
      absent: [],
      empty: ['/data'],
      units: [
        { name: 'kubelet', active: 'failed', enabled: 'enabled' },
        { name: 'containerd', active: 'active', enabled: 'disabled' },
      ],
    };
    expect(differencesFromRecord(now, recorded())).toEqual([
      '/etc/fstab is not as it was.',
      '/etc/mdadm/mdadm.conf is not as it was.',
      '/data was not there before.',
      'containerd was enabled before.',
      'kubelet was active before.',
    ]);
    expect(differencesFromRecord(now, recorded(), ['/etc/fstab'])).not.toContain(
      '/etc/fstab is not as it was.',
    );
  });

  it('leaves what runs now and did not before to whoever started it', () => {
    const record = { ...recorded(), units: stopped };
    expect(unitsToRestore({ units: running }, record)).toEqual({ enable: [], start: [] });
  });
});
