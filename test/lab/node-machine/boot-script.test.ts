import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { bootScript, hierarchyWords } from '../../../src/lab/node-machine/boot-script.js';
import { hybrid } from '../../support/cgroup-mounts.js';

describe('hierarchyWords', () => {
  it('names each hierarchy with what it is mounted by', () => {
    expect(hierarchyWords(hybrid)).toBe('memory=memory systemd=none,name=systemd unified=cgroup2');
    expect(hierarchyWords('cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,cpu,cpuacct 0 0')).toBe(
      'cpu,cpuacct=cpu,cpuacct',
    );
  });

  it('has no word where control groups are of version 2 alone', () => {
    expect(hierarchyWords('cgroup2 /sys/fs/cgroup cgroup2 rw 0 0')).toBe('');
  });
});

describe('bootScript', () => {
  it('is POSIX shell', async () => {
    await expect(execa('sh', ['-n', '-c', bootScript])).resolves.toMatchObject({ exitCode: 0 });
  });

  it('turns mounts private before it makes the first one', () => {
    const mounts = bootScript.split('\n').filter((line) => line.includes('mount '));
    expect(mounts[0]).toBe('mount --make-rprivate /');
  });
});
