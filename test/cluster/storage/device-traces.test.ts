import { describe, expect, it } from 'vitest';
import { deviceTraces } from '../../../src/cluster/storage/device-traces.js';
import { aDisk } from '../../support/builders.js';

describe('what is on a device', () => {
  it('is nothing on a blank one', () => {
    expect(deviceTraces(aDisk())).toEqual([]);
  });

  it('is told in full, with the UUID by which somebody may know it', () => {
    const full = { signature: 'crypto_LUKS', uuid: 'u-1', mountPoints: ['/a', '/b'], holders: ['dm-0'] };
    expect(deviceTraces(aDisk({ ...full, partitionTable: 'gpt', usedBy: ['swap', 'a pool'] }))).toEqual([
      'It is mounted at /a, /b.',
      'It has a partition table (gpt).',
      'It is encrypted (LUKS u-1).',
      'Something is built upon it: dm-0.',
      'It is in use: swap.',
      'It is in use: a pool.',
    ]);
    expect(deviceTraces(aDisk({ signature: 'ceph_bluestore' }))).toEqual(['It belongs to a Ceph OSD.']);
    expect(deviceTraces(aDisk({ signature: 'ntfs' }))).toEqual(['It has a signature: ntfs.']);
  });
});
