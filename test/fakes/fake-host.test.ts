import { describe, expect, it } from 'vitest';
import {
  CommandFailedError,
  ConnectionLostError,
  HostUnreachableError,
  JobBusyError,
  RefusedError,
} from '../../src/hosts/errors.js';
import { FakeHost } from './fake-host.js';
import { FakeHostPool } from './fake-host-pool.js';
import { FakeJobs } from './fake-jobs.js';
import { sh } from '../../src/hosts/script.js';

describe('FakeHost', () => {
  it('answers by the newest pattern that matches, and records what was run', async () => {
    const host = new FakeHost('worker-1');
    host
      .when(/mdadm/, 'general')
      .when(/mdadm --detail (\S+)/, ({ match, stdin }) => `${match[1]} ${stdin ?? '-'}`);
    expect((await host.run(sh`mdadm --detail ${'/dev/md0'}`)).stdout).toBe('/dev/md0 -');
    expect((await host.run(sh`mdadm --detail /dev/md1`, { stdin: 'in' })).stdout).toBe('/dev/md1 in');
    expect((await host.run(sh`mdadm --scan`)).stdout).toBe('general');
    expect(host.scripts(/--detail/)).toEqual(['mdadm --detail /dev/md0', 'mdadm --detail /dev/md1']);
  });

  it('fails a script that nothing answers, with its text', async () => {
    await expect(new FakeHost().run(sh`rm -rf /`)).rejects.toThrow('no answer for this script:\nrm -rf /');
  });

  it('judges exit codes as a real host does', async () => {
    const host = new FakeHost('worker-1').when(/grep/, { exitCode: 1, stderr: 'nothing found\n' });
    const failure = await host.run(sh`grep a b`, { what: 'look for a' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandFailedError);
    expect(failure).toMatchObject({
      exitCode: 1,
      message: '"look for a" failed on worker-1 with exit code 1: nothing found',
      context: { host: 'worker-1', command: 'grep a b', output: 'nothing found\n' },
    });
    expect((await host.run(sh`grep a b`, { accept: [0, 1] })).exitCode).toBe(1);
    expect((await host.run(sh`grep a b`, { accept: 'any' })).exitCode).toBe(1);
  });

  it('keeps files with modes, and leaves equal ones untouched', async () => {
    const host = new FakeHost();
    expect(await host.readFile('/etc/fstab')).toBeUndefined();
    expect(await host.writeFile('/etc/fstab', 'a\n')).toBe('written');
    expect(await host.writeFile('/etc/fstab', 'a\n')).toBe('unchanged');
    expect(await host.writeFile('/etc/fstab', 'a\n', { mode: 0o600 })).toBe('written');
    expect(host.files.get('/etc/fstab')).toEqual({ content: 'a\n', mode: 0o600 });
  });

  it('loses a run before or after it took effect', async () => {
    let effects = 0;
    const host = new FakeHost().when(/act/, () => `${(effects += 1)}`);
    host.loseNextRun('before', /act/);
    await expect(host.run(sh`act`)).rejects.toBeInstanceOf(ConnectionLostError);
    expect(effects).toBe(0);
    host.loseNextRun('after');
    await expect(host.run(sh`act`)).rejects.toBeInstanceOf(ConnectionLostError);
    expect(effects).toBe(1);
    expect((await host.run(sh`act`)).stdout).toBe('2');
  });

  it('is unreachable for so many calls, fails as told, and restarts', async () => {
    const host = new FakeHost().when(/true/, '').beUnreachable(2);
    await expect(host.run(sh`true`)).rejects.toBeInstanceOf(HostUnreachableError);
    await expect(host.bootId()).rejects.toBeInstanceOf(HostUnreachableError);
    const before = await host.bootId();
    host.failNextRun(new RefusedError('No.', { host: 'host' }));
    await expect(host.run(sh`true`)).rejects.toBeInstanceOf(RefusedError);
    host.onReboot(({ files }) => files.clear());
    await host.writeFile('/tmp/x', '');
    host.reboot();
    expect(await host.bootId()).not.toBe(before);
    expect(host.files.size).toBe(0);
  });
});

describe('FakeHostPool and FakeJobs', () => {
  const address = { kind: 'local', name: 'a', cluster: 'c' } as const;

  it('give out hosts by name and run a job once for each key', async () => {
    const fake = new FakeHost('a').when(/make/, 'made\n');
    const pool = new FakeHostPool([fake]);
    const host = await pool.connect(address);
    const jobs = new FakeJobs();
    const pieces: string[] = [];
    const job = { key: 'make-1', script: sh`make` };
    const outcome = await jobs.run(host, job, { onProgress: (_progress, piece) => pieces.push(piece) });
    expect(outcome).toMatchObject({ kind: 'ended', exitCode: 0, tail: 'made\n' });
    expect(await jobs.run(host, job)).toEqual(outcome);
    expect(fake.runs).toHaveLength(1);
    expect(pieces).toEqual(['made\n']);
    await expect(pool.connect({ ...address, name: 'b' })).rejects.toThrow('no host named b');
  });

  it('cut a job off and hold its lock', async () => {
    const host = new FakeHost('a').when(/make/, '');
    const jobs = new FakeJobs().cutOffNext('rebooted').holdLock('ansible', 'other-1');
    await expect(jobs.run(host, { key: 'k', script: sh`make`, lock: 'ansible' })).rejects.toThrow(
      JobBusyError,
    );
    jobs.holdLock('ansible', undefined);
    const job = { key: 'k', script: sh`make`, lock: 'ansible' };
    expect(await jobs.run(host, job)).toMatchObject({ kind: 'cut-off', why: 'rebooted' });
    await jobs.restart(host, 'k');
    expect(await jobs.run(host, job)).toMatchObject({ kind: 'ended' });
    expect(jobs.started).toEqual(['k', 'k']);
  });
});
