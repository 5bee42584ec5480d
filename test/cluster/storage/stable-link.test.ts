import { describe, expect, it } from 'vitest';
import { stableLink } from '../../../src/cluster/storage/stable-link.js';
import { aDisk } from '../../support/builders.js';

describe('the link by which commands name a disk', () => {
  it('holds the serial number where one does, and is the shortest of these', () => {
    const byId = ['/dev/disk/by-id/a', '/dev/disk/by-id/nvme-Disk_S0', '/dev/disk/by-id/wwn-S0'];
    expect(stableLink(aDisk({ byId }))).toBe('/dev/disk/by-id/wwn-S0');
    expect(stableLink(aDisk({ byId, serial: 'other' }))).toBe('/dev/disk/by-id/a');
    expect(stableLink(aDisk({ byId: [...byId].reverse() }))).toBe('/dev/disk/by-id/wwn-S0');
    expect(stableLink(aDisk({ byId: [] }))).toBeNull();
  });
});
