import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionLostError, JobBusyError, RefusedError } from '../../../src/hosts/errors.js';
import type { Host } from '../../../src/hosts/host.js';
import { SharedHostPool } from '../../../src/hosts/pool/shared-host-pool.js';
import { JobRunner } from '../../../src/hosts/jobs/job-runner.js';
import type { FollowJobOptions, JobProgress } from '../../../src/hosts/jobs/jobs.js';
import { LocalHost } from '../../../src/hosts/local-host.js';
import { type Script, sh } from '../../../src/hosts/script.js';
import type { HostPool } from '../../../src/hosts/pool/host-pool.js';
import { TestSshd, until } from '../../support/test-sshd.js';

let sshd: TestSshd;
let folder: string;
let pool: HostPool;
const jobs = new JobRunner();

beforeAll(async () => {
  sshd = await TestSshd.start();
});
afterAll(async () => {
  await sshd.remove();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-jobs-'));
  pool = new SharedHostPool({ stateFolder: folder, remoteStateFolder: folder });
});
afterEach(async () => {
  await pool.closeAll();
  await rm(folder, { recursive: true, force: true });
});

const pathOf = (key: string, file: string) => join(folder, 'jobs', key, file);
const textOf = (key: string, file: string) => readFile(pathOf(key, file), 'utf8');
const executionsOf = async (key: string) => (await textOf(key, 'executions')).trim().split('\n').length;
const pidOf = async (key: string) => Number((await textOf(key, 'pid')).split(' ')[0]);
const exists = (key: string, file: string) =>
  stat(pathOf(key, file)).then(
    () => true,
    () => false,
  );

/** What a follower saw, and a way to stop it as a dying worker would. */
function follower(resume?: JobProgress) {
  const controller = new AbortController();
  const seen = { text: '', last: resume, calls: 0 };
  const options: FollowJobOptions = {
    resume,
    signal: controller.signal,
    onProgress: (progress, piece) => {
      seen.text += piece;
      seen.last = progress;
      seen.calls += 1;
    },
  };
  return { options, seen, die: () => controller.abort(new Error('the worker died')) };
}

describe.each([
  ['on the worker\u2019s own machine', async (): Promise<Host> => new LocalHost({ stateFolder: folder })],
  ['over SSH', (): Promise<Host> => pool.connect(sshd.address())],
])('a job %s', (_where, connect) => {
  let host: Host;
  beforeEach(async () => {
    host = await connect();
  });

  it('runs apart from its follower, with its log, its exit code and its records', async () => {
    const { options, seen } = follower();
    const script = sh`echo ${"it's"}; echo err >&2; cat; umask; pwd; exit 0`;
    const outcome = await jobs.run(host, { key: 'plain-1', script }, options);
    const log = pathOf('plain-1', 'log');
    const text = "it's\nerr\n0022\n/\n";
    expect(outcome).toEqual({ kind: 'ended', exitCode: 0, tail: text, log });
    expect(seen.text).toBe(text);
    expect(await executionsOf('plain-1')).toBe(1);
    expect((await stat(join(folder, 'jobs', 'plain-1'))).mode & 0o777).toBe(0o700);
    expect(await textOf('plain-1', 'status')).toBe('  0\n');
    expect(await textOf('plain-1', 'boot-id')).toBe(
      await readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    );
    expect((await readdir(join(folder, 'jobs', 'plain-1'))).sort()).toEqual(
      ['boot-id', 'executions', 'log', 'pid', 'runner', 'runner.log', 'script', 'started', 'status'].sort(),
    );
  });

  it('that fails ends with its script\u2019s code, at the first failing command', async () => {
    const outcome = await jobs.run(host, { key: 'failing-1', script: sh`echo before; (exit 7); echo after` });
    expect(outcome).toMatchObject({ kind: 'ended', exitCode: 7, tail: 'before\n' });
  });

  it.each([
    ['with a lock', 'once-1', 'disks'],
    ['without a lock', 'once-2', undefined],
  ])(
    'is executed once though it is started five times at once, and again afterwards, %s',
    async (_how, key, lock) => {
      const script = sh`echo run >> ${join(folder, 'effects')}; sleep 1`;
      const job = { key, script, ...(lock === undefined ? {} : { lock }) };
      const outcomes = await Promise.all([...Array(5).keys()].map(() => jobs.run(host, job)));
      expect(outcomes.every((outcome) => outcome.kind === 'ended' && outcome.exitCode === 0)).toBe(true);
      await jobs.run(host, job);
      expect(await readFile(join(folder, 'effects'), 'utf8')).toBe('run\n');
      expect(await executionsOf(key)).toBe(1);
    },
  );

  it('is followed on by another worker: no line twice, none lost', async () => {
    const enough = join(folder, 'enough');
    const script = sh`i=0; while [ ! -e ${enough} ]; do i=$((i + 1)); echo "line $i é€😀"; sleep 0.1; done`;
    const job = { key: 'resumed-1', script };
    let text = '';
    let resume: JobProgress | undefined;
    for (let death = 0; death < 3; death += 1) {
      const { options, seen, die } = follower(resume);
      const following = jobs.run(host, job, options);
      const before = seen.calls;
      await until(() => seen.calls > before + 1 && seen.text !== '');
      die();
      await expect(following).rejects.toThrow('the worker died');
      text += seen.text;
      resume = seen.last;
    }
    await writeFile(enough, '');
    const { options, seen } = follower(resume);
    expect(await jobs.run(host, job, options)).toMatchObject({ kind: 'ended', exitCode: 0 });
    text += seen.text;
    const count = text.trim().split('\n').length;
    expect(text).toBe([...Array(count).keys()].map((index) => `line ${index + 1} é€😀\n`).join(''));
    expect(text).toBe(await textOf('resumed-1', 'log'));
    expect(await executionsOf('resumed-1')).toBe(1);
  });

  it('with a log of many chunks and half characters is reported whole', async () => {
    const part = '😀'.repeat(20_000);
    const script = sh`printf '\\360\\237'; sleep 2.5; printf '\\230\\200'; i=0
while [ $i -lt 4 ]; do i=$((i + 1)); printf %s ${part}; done
printf '\\360\\237'`;
    const { options, seen } = follower();
    const outcome = await jobs.run(host, { key: 'large-1', script }, options);
    expect(seen.text).toBe(`😀${part.repeat(4)}\ufffd`);
    expect(Buffer.byteLength(outcome.tail)).toBeLessThanOrEqual(2_051);
    expect(seen.last?.offset).toBe(320_006);
  });

  it('does not bother the host while nothing is written', async () => {
    const { options, seen } = follower();
    await jobs.run(host, { key: 'silent-1', script: sh`sleep 5` }, options);
    expect(seen).toMatchObject({ calls: 1, text: '' });
  });

  it('whose processes were killed is cut off, and starts again only after a restart', async () => {
    const effects = join(folder, 'effects');
    const script = sh`echo run >> ${effects}; [ "$(wc -l < ${effects})" -ge 2 ] || sleep 60`;
    const job = { key: 'killed-1', script };
    const following = jobs.run(host, job);
    await until(() =>
      readFile(effects).then(
        () => true,
        () => false,
      ),
    );
    process.kill(-(await pidOf('killed-1')), 'SIGKILL');
    const cut = { kind: 'cut-off', why: 'killed', log: pathOf('killed-1', 'log') };
    expect(await following).toMatchObject(cut);
    expect(await jobs.run(host, job)).toMatchObject(cut);
    expect(await executionsOf('killed-1')).toBe(1);
    await jobs.restart(host, 'killed-1');
    await jobs.restart(host, 'killed-1');
    expect(await jobs.run(host, job)).toMatchObject({ kind: 'ended', exitCode: 0 });
    expect(await executionsOf('killed-1')).toBe(1);
    expect(await executionsOf('killed-1.cut-1')).toBe(1);
    expect(await readFile(effects, 'utf8')).toBe('run\nrun\n');
  });

  it('whose runner alone was killed counts as running until its script has ended', async () => {
    const script = sh`echo begin; sleep 3; echo end`;
    const job = { key: 'orphan-1', script, lock: 'disks' };
    const following = jobs.run(host, job);
    await until(() => exists('orphan-1', 'executions'));
    await until(async () => (await textOf('orphan-1', 'log')) !== '');
    process.kill(await pidOf('orphan-1'), 'SIGKILL');
    const second = { key: 'second-1', script: sh`true`, lock: 'disks' };
    await expect(jobs.run(host, second)).rejects.toBeInstanceOf(JobBusyError);
    expect(await following).toMatchObject({ kind: 'cut-off', why: 'killed', tail: 'begin\nend\n' });
    expect(await jobs.run(host, second)).toMatchObject({ kind: 'ended' });
  });

  it('that a restart of the machine cut off is known by the boot ID', async () => {
    const job = { key: 'rebooted-1', script: sh`sleep 60` };
    const following = jobs.run(host, job);
    await until(() => exists('rebooted-1', 'executions'));
    const pid = await pidOf('rebooted-1');
    await writeFile(pathOf('rebooted-1', 'boot-id'), '00000000-0000-0000-0000-000000000000\n');
    expect(await following).toMatchObject({ kind: 'cut-off', why: 'rebooted' });
    await jobs.restart(host, 'rebooted-1');
    process.kill(-pid, 'SIGKILL');
  });

  it('that was ended by SIGTERM, as at a shutdown, leaves no status', async () => {
    const job = { key: 'stopped-1', script: sh`trap 'exit 20' TERM; echo on; while :; do sleep 0.1; done` };
    const following = jobs.run(host, job);
    await until(async () => (await exists('stopped-1', 'log')) && (await textOf('stopped-1', 'log')) !== '');
    expect(await jobs.stop(host, 'stopped-1')).toBe(true);
    expect(await following).toMatchObject({ kind: 'cut-off', why: 'killed' });
    expect(await exists('stopped-1', 'status')).toBe(false);
    expect(await jobs.stop(host, 'stopped-1')).toBe(false);
    expect(await jobs.stop(host, 'never-started')).toBe(false);
  });

  it('that ignores SIGTERM is waited for ten seconds, and goes on', async () => {
    const job = { key: 'deaf-1', script: sh`trap '' TERM; echo on; while :; do sleep 0.1; done` };
    const following = jobs.run(host, job);
    await until(async () => (await exists('deaf-1', 'log')) && (await textOf('deaf-1', 'log')) !== '');
    const begun = Date.now();
    expect(await jobs.stop(host, 'deaf-1')).toBe(true);
    expect(Date.now() - begun).toBeGreaterThan(9_000);
    process.kill(-(await pidOf('deaf-1')), 'SIGKILL');
    expect(await following).toMatchObject({ kind: 'cut-off', why: 'killed' });
  });

  it('waits its turn for a lock, without using up its key', async () => {
    const first = jobs.run(host, { key: 'first-1', script: sh`sleep 3`, lock: 'ansible' });
    await until(() => exists('first-1', 'executions'));
    const second = { key: 'second-1', script: sh`echo ran`, lock: 'ansible' };
    const failure = await jobs.run(host, second).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(JobBusyError);
    expect((failure as Error).message).toContain('The job first-1 is still running');
    expect(await exists('second-1', 'started')).toBe(false);
    const other = { key: 'other-1', script: sh`echo ran`, lock: 'another' };
    expect(await jobs.run(host, other)).toMatchObject({ kind: 'ended', tail: 'ran\n' });
    await first;
    expect(await jobs.run(host, second)).toMatchObject({ kind: 'ended', tail: 'ran\n' });
  });

  it('that ended by itself or still runs is not started anew', async () => {
    await jobs.run(host, { key: 'done-1', script: sh`false` });
    await expect(jobs.restart(host, 'done-1')).rejects.toBeInstanceOf(RefusedError);
    const running = jobs.run(host, { key: 'running-1', script: sh`sleep 3` });
    await until(() => exists('running-1', 'executions'));
    await expect(jobs.restart(host, 'running-1')).rejects.toThrow(/it is: running/);
    await running;
    await jobs.restart(host, 'never-started');
  });

  it('whose runner died before it recorded itself is cut off', async () => {
    execFileSync('mkdir', ['-p', pathOf('unrecorded-1', 'started')]);
    const outcome = await jobs.run(host, { key: 'unrecorded-1', script: sh`true` });
    expect(outcome).toMatchObject({ kind: 'cut-off', why: 'killed' });
  });

  it('that cannot be recorded, because the disk is full, is not started; later it is', async () => {
    const key = 'full-1';
    execFileSync('mkdir', ['-p', pathOf(key, '')]);
    execFileSync('ln', ['-s', '/dev/full', pathOf(key, 'pid.new')]);
    const script = sh`echo ran`;
    const impatient = new JobRunner({ patience: 1 });
    await expect(impatient.run(host, { key, script })).rejects.toBeInstanceOf(ConnectionLostError);
    expect(await exists(key, 'started')).toBe(false);
    await rm(pathOf(key, 'pid.new'));
    expect(await jobs.run(host, { key, script })).toMatchObject({
      kind: 'ended',
      exitCode: 0,
      tail: 'ran\n',
    });
    expect(await executionsOf(key)).toBe(1);
  });

  it('that cannot say how it ended, because the disk is full, is over as soon as it can', async () => {
    const key = 'full-2';
    const status = pathOf(key, 'status-reserved');
    const script = sh`ln -sf /dev/full ${status}; (sleep 3; rm ${status}) & echo done; exit 4`;
    const begun = Date.now();
    expect(await jobs.run(host, { key, script })).toMatchObject({ kind: 'ended', exitCode: 4 });
    expect(Date.now() - begun).toBeGreaterThan(2_500);
  });

  it('whose status was lost is cut off, whatever its code was', async () => {
    const key = 'lost-1';
    await jobs.run(host, { key, script: sh`true` });
    await writeFile(pathOf(key, 'status'), '');
    expect(await jobs.run(host, { key, script: sh`true` })).toMatchObject({ kind: 'cut-off', why: 'killed' });
  });

  it('has a key that fits a file name', async () => {
    await expect(jobs.run(host, { key: '../x', script: sh`true` })).rejects.toThrow(RangeError);
    await expect(jobs.run(host, { key: 'x', lock: 'a b', script: sh`true` })).rejects.toThrow(RangeError);
  });
});

describe('a job over a link that breaks', () => {
  it('is followed to its end through cut connections and a restart of the server', async () => {
    const host = await pool.connect(sshd.address());
    const script = sh`i=0; while [ $i -lt 60 ]; do i=$((i + 1)); echo "line $i"; sleep 0.1; done`;
    const { options, seen } = follower();
    const following = jobs.run(host, { key: 'bridged-1', script }, options);
    await until(() => seen.text !== '');
    sshd.signalSessions('SIGKILL');
    const length = seen.text.length;
    await until(() => seen.text.length > length);
    await sshd.end();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await sshd.begin();
    expect(await following).toMatchObject({ kind: 'ended', exitCode: 0 });
    expect(seen.text).toBe([...Array(60).keys()].map((index) => `line ${index + 1}\n`).join(''));
    expect(await executionsOf('bridged-1')).toBe(1);
  });

  it('is left to its caller when the link stays away', async () => {
    const host = await pool.connect(sshd.address());
    const impatient = new JobRunner({ patience: 2_000 });
    const following = impatient.run(host, { key: 'left-1', script: sh`sleep 8` });
    await until(() => exists('left-1', 'executions'));
    await sshd.end();
    const failure = await following.catch((error: unknown) => error);
    await sshd.begin();
    expect((failure as Error).name).toMatch(/HostUnreachableError|ConnectionLostError/);
    expect(await jobs.run(host, { key: 'left-1', script: sh`sleep 8` })).toMatchObject({ kind: 'ended' });
    expect(await executionsOf('left-1')).toBe(1);
  });

  it('starts once though the answer to its start was lost', async () => {
    const local = new LocalHost({ stateFolder: folder });
    let lost = 0;
    const flaky: Host = Object.assign(Object.create(local) as Host, {
      run: async (script: Script, options: object) => {
        const result = await local.run(script, options);
        if (lost++ < 2) throw new ConnectionLostError('lost', { host: 'flaky' });
        return result;
      },
    });
    expect(await jobs.run(flaky, { key: 'lost-1', script: sh`echo once` })).toMatchObject({ tail: 'once\n' });
    expect(await executionsOf('lost-1')).toBe(1);
  });
});
