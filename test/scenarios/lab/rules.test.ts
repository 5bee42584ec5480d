import { describe, expect, it } from 'vitest';
import { checkName } from '../../../src/lab/check-machine.js';
import { identityScript } from '../../../src/lab/identity.js';
import { kernelProblems } from '../../../src/lab/problems.js';
import { knownHostsLine, sshArguments } from '../../../src/lab/ssh-client.js';
import { findHierarchies } from '../../../src/lab/systemd-machine/control-group.js';
import { checkDisks } from '../../../src/lab/virtual-machine/virtual-machine.js';

describe('names', () => {
  it.each(['a', 'worker-1', '0', 'twenty-characters-ok'])('accepts %s', (name) => {
    expect(() => checkName(name, 'machine')).not.toThrow();
  });

  it.each(['', '-a', 'a-', 'A', 'a.b', '../x', 'a b', 'twenty-one-characters'])('refuses "%s"', (name) => {
    expect(() => checkName(name, 'lab')).toThrow(`"${name}" is no name for a lab`);
  });
});

describe('disks', () => {
  it('refuses serial numbers that NVMe or a file name cannot carry, and doubles', () => {
    expect(() => checkDisks([{ serial: 'x'.repeat(21), gib: 1 }])).toThrow('is no serial number');
    expect(() => checkDisks([{ serial: '../x', gib: 1 }])).toThrow('is no serial number');
    expect(() => checkDisks([{ serial: 'x', gib: 0.5 }])).toThrow('cannot be 0.5 GiB');
    const same = { serial: 'x', gib: 1 };
    expect(() => checkDisks([same, same])).toThrow('the same serial number');
    const many = [1, 2, 3, 4, 5].map((number) => ({ serial: `D${number}`, gib: 1 }));
    expect(() => checkDisks(many)).toThrow('at most 4 disks');
    expect(() => checkDisks(many.slice(1))).not.toThrow();
  });
});

const hybrid = [
  'tmpfs /sys/fs/cgroup tmpfs rw 0 0',
  'cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0',
  'cgroup /sys/fs/cgroup/systemd cgroup rw,xattr,name=systemd 0 0',
  'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0',
].join('\n');

describe('control groups', () => {
  it('are found on kernels of both kinds', () => {
    expect(findHierarchies(hybrid)).toEqual({
      unified: '/sys/fs/cgroup/unified',
      legacy: '/sys/fs/cgroup/systemd',
    });
    expect(findHierarchies('cgroup2 /sys/fs/cgroup cgroup2 rw 0 0')).toEqual({ unified: '/sys/fs/cgroup' });
    expect(findHierarchies('cgroup /sys/fs/cgroup/systemd cgroup rw,name=systemd 0 0')).toBeUndefined();
  });
});

describe('kernelProblems', () => {
  it('names what is missing', () => {
    expect(kernelProblems(hybrid, 'nodev\tsysfs\nnodev\toverlay\n\text4\n')).toEqual([]);
    expect(kernelProblems('', '\text4\n')).toEqual([
      expect.stringContaining('no cgroup v2'),
      expect.stringContaining('modprobe overlay'),
    ]);
  });
});

describe('SSH', () => {
  const machine = {
    address: '127.0.0.1',
    port: 30001,
    user: 'root',
    privateKey: '/k',
    hostKey: 'ssh-ed25519 AAAA',
  } as const;

  it('names another port than 22 in known_hosts as OpenSSH looks for it', () => {
    expect(knownHostsLine(machine)).toBe('[127.0.0.1]:30001 ssh-ed25519 AAAA\n');
    expect(knownHostsLine({ ...machine, address: '10.201.0.10', port: 22 })).toBe(
      '10.201.0.10 ssh-ed25519 AAAA\n',
    );
  });

  it('accepts the pinned key only, and none of the user’s settings', () => {
    const args = sshArguments(machine, '/lab/known_hosts').join(' ');
    expect(args).toContain('-F none');
    expect(args).toContain('StrictHostKeyChecking=yes');
    expect(args).toContain('UserKnownHostsFile=/lab/known_hosts');
    expect(args).toMatch(/root@127\.0\.0\.1$/);
  });
});

describe('identityScript', () => {
  it('sets the clock, and waits for every disk', () => {
    const identity = {
      name: 'w',
      machineId: 'f'.repeat(32),
      privateHostKey: 'KEY\n',
      hostKey: 'ssh-ed25519 AAAA',
    };
    const script = identityScript(identity, ['D1', 'D2'], 1_700_000_000_500);
    expect(script).toContain('date -s @1700000000.500');
    expect(script).toContain(
      'for disk in /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_D1 /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_D2;',
    );
  });
});
