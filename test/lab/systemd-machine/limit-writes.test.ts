import { describe, expect, it } from 'vitest';
import { writeLimitSetting } from '../../../src/lab/systemd-machine/limit-writes.js';

const group = { name: 'slipway-1-node1', path: '/sys/fs/cgroup/slipway-1-node1' };
const limit = { device: '254:0', perSecond: 10 };

describe('the limit of a machine’s writes', () => {
  it('is the unified hierarchy’s where that has the controller', () => {
    const mounts = 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n';
    expect(writeLimitSetting(mounts, group, limit)).toEqual({
      path: '/sys/fs/cgroup/slipway-1-node1/io.max',
      text: '254:0 wiops=10',
    });
    expect(writeLimitSetting(mounts, group, { ...limit, perSecond: null }).text).toBe('254:0 wiops=max');
  });

  it('is that of a group of block devices on kernels set up for both', () => {
    const mounts =
      'cgroup /sys/fs/cgroup/blkio cgroup rw,relatime,blkio 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n';
    expect(writeLimitSetting(mounts, group, limit)).toEqual({
      path: '/sys/fs/cgroup/blkio/slipway-1-node1/blkio.throttle.write_iops_device',
      text: '254:0 10',
      members: '/sys/fs/cgroup/blkio/slipway-1-node1/cgroup.procs',
    });
    expect(writeLimitSetting(mounts, group, { ...limit, perSecond: null }).text).toBe('254:0 0');
  });
});
