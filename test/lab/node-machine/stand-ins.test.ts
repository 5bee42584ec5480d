import { expect, it } from 'vitest';
import { standInsFor } from '../../../src/lab/node-machine/stand-ins.js';
import { hybrid } from '../../support/cgroup-mounts.js';

it('says what the kernel has not got', () => {
  const said = standInsFor({ mounts: hybrid, hasModules: false }).join('\n');
  expect(said).toContain('no /proc/modules');
  expect(said).toContain('version 1');
});

it('says of version 2 that nobody has seen Kubespray end there', () => {
  const said = standInsFor({ mounts: 'cgroup2 /sys/fs/cgroup cgroup2 rw 0 0', hasModules: true }).join('\n');
  expect(said).not.toContain('/proc/modules');
  expect(said).toContain('version 2. Kubespray was never seen to end');
});
