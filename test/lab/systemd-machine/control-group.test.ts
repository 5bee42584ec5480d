import { describe, expect, it } from 'vitest';
import { findHierarchies } from '../../../src/lab/systemd-machine/control-group.js';
import { hybrid } from '../../support/cgroup-mounts.js';

describe('control groups', () => {
  it('are found on kernels of both kinds', () => {
    expect(findHierarchies(hybrid)).toEqual({
      unified: '/sys/fs/cgroup/unified',
      legacy: ['/sys/fs/cgroup/memory', '/sys/fs/cgroup/systemd'],
    });
    expect(findHierarchies('cgroup2 /sys/fs/cgroup cgroup2 rw 0 0')).toEqual({
      unified: '/sys/fs/cgroup',
      legacy: [],
    });
    expect(findHierarchies('cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0')).toBeUndefined();
  });
});
