import { describe, expect, it } from 'vitest';
import type { Host } from '../../../src/hosts/host.js';
import { JobRunner } from '../../../src/hosts/jobs/job-runner.js';
import { quote, sh } from '../../../src/hosts/script.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { runJob } from '../../../src/activities/running/run-job.js';
import { withHeartbeats } from '../../../src/activities/running/heartbeats.js';
import { runStep } from '../../support/control-host.js';
import { labAddressOf, useLab } from '../../support/lab-host.js';
import { until } from '../../support/test-sshd.js';

let machine: LabMachine;
let host: Host;
/** What every login of the machine has in its environment. */
const proxy = 'http://user:canary-of-the-proxy@127.0.0.1:9';
/** A machine of a busy test computer takes a while to restart. */
const jobs = new JobRunner({ patience: 300_000 });

useLab('test-jobs', async ({ lab, dependencies }) => {
  machine = await lab.startMachine({ name: 'jobs1' });
  await on(`echo 'https_proxy="${proxy}"' >> /etc/environment; echo '${proxy}' > /root/proxy`);
  host = await dependencies.hosts.connect(labAddressOf(machine));
});

async function on(script: string): Promise<string> {
  return (await machine.run(script)).stdout.trim();
}

const jobFile = (key: string, file: string) =>
  on(`cat /var/lib/slipway/jobs/${key}/${file} 2>/dev/null || true`);
const begun = (key: string) => until(async () => (await jobFile(key, 'log')).includes('begun'), 60_000);

describe('a job on a machine with systemd', () => {
  it('is a unit of its own, with what tools need in the environment', async () => {
    const script = sh`cat /proc/self/cgroup; echo "$HOME"; umask; exit 5`;
    const outcome = await jobs.run(host, { key: 'unit-1', script });
    expect(outcome).toMatchObject({ kind: 'ended', exitCode: 5 });
    expect(outcome.tail).toMatch(/\/slipway-job-unit-1-[0-9a-f]{12}\.service\n\/root\n0022\n$/);
    expect(await on(`systemctl list-units --all --plain --no-legend 'slipway-job-*'`)).toBe('');
  });

  it('has what a proxy needs, and nobody else reads the password of it', async () => {
    // Where processes are short-lived, what they were started with is written down.
    const noting = '#!/bin/sh\nprintf "%s\\n" "$@" >> /root/words\nexec /usr/bin/systemd-run "$@"\n';
    await on(`printf %s ${quote(noting)} > /usr/local/bin/systemd-run; chmod 755 /usr/local/bin/systemd-run`);
    const script = sh`printf '%s\\n' "$https_proxy" | cmp - /root/proxy; echo begun
while [ ! -e /root/seen ]; do sleep 0.1; done`;
    const following = jobs.run(host, { key: 'proxy-1', script });
    await begun('proxy-1');
    await on(`for unit in $(systemctl list-units --plain --no-legend 'slipway-job-*' | cut -d ' ' -f 1); do
  systemctl show "$unit"; systemctl cat "$unit"
done > /root/units
grep -aF slipway-job /proc/[0-9]*/cmdline > /root/processes`);
    expect(await on('grep -c slipway-job-proxy-1 /root/units /root/processes /root/words')).toMatch(
      /units:[1-9]\d*\n.*processes:[1-9]\d*\n.*words:[1-9]/,
    );
    const places = '/root/units /root/words /proc/[0-9]*/cmdline /var/lib/slipway /run/systemd /var/log';
    expect(await on(`grep -rlaF -f /root/proxy ${places} 2> /dev/null || true`)).toBe('');
    await on('touch /root/seen; rm /usr/local/bin/systemd-run');
    expect(await following).toMatchObject({ kind: 'ended', exitCode: 0, tail: 'begun\n' });
  });

  it('is executed once though it is started five times at once', async () => {
    const job = { key: 'once-1', script: sh`echo run >> /root/effects; sleep 2`, lock: 'disks' };
    await Promise.all([...Array(5).keys()].map(() => jobs.run(host, job)));
    expect(await on('cat /root/effects')).toBe('run');
    expect((await jobFile('once-1', 'executions')).split('\n')).toHaveLength(1);
  });

  it('is stopped with all of its processes', async () => {
    const script = sh`echo begun; setsid sleep 4321 & sleep 4321; true`;
    const following = jobs.run(host, { key: 'stopped-1', script });
    await begun('stopped-1');
    expect(await jobs.stop(host, 'stopped-1')).toBe(true);
    expect(await following).toMatchObject({ kind: 'cut-off', why: 'killed' });
    await until(async () => (await on('pgrep -fx "sleep 4321" || true')) === '');
    expect(await jobFile('stopped-1', 'status')).toBe('');
  });

  it('is cut off when its runner is killed: systemd ends the script too', async () => {
    const following = jobs.run(host, { key: 'killed-1', script: sh`echo begun; sleep 4322; true` });
    await begun('killed-1');
    await on(`kill -9 "$(cut -d ' ' -f 1 /var/lib/slipway/jobs/killed-1/pid)"`);
    expect(await following).toMatchObject({ kind: 'cut-off', why: 'killed' });
    expect(await on('pgrep -fx "sleep 4322" || true')).toBe('');
  });

  it('that fills the disk ends with its own code', async () => {
    const key = 'full-1';
    await on(
      `mkdir -p /var/lib/slipway/jobs/${key}; mount -t tmpfs -o size=256k none /var/lib/slipway/jobs/${key}`,
    );
    const script = sh`cat /dev/zero > /var/lib/slipway/jobs/${key}/filling || exit 3`;
    expect(await jobs.run(host, { key, script })).toMatchObject({ kind: 'ended', exitCode: 3 });
    const again = withHeartbeats(() => runJob({ jobs }, host, { key, script }, 'fill the disk'));
    await expect(runStep(again, undefined)).rejects.toMatchObject({
      type: 'NoRoomError',
      message: `"fill the disk" failed on jobs1 with exit code 3, and the file system of /var/lib/slipway/jobs/${key}/log has no room left.`,
    });
    await on(`umount /var/lib/slipway/jobs/${key}`);
  });

  it('that a shutdown ended is cut off by a restart, though its script failed in an orderly way', async () => {
    const script = sh`trap 'echo ended by the shutdown; exit 20' TERM; echo begun; while :; do sleep 0.1; done`;
    const following = jobs.run(host, { key: 'shutdown-1', script });
    await begun('shutdown-1');
    await machine.run('setsid sh -c "sleep 1; systemctl poweroff" > /dev/null 2>&1 < /dev/null &');
    await until(async () => !(await machine.isRunning()), 120_000);
    await machine.start();
    expect(await following).toMatchObject({ kind: 'cut-off', why: 'rebooted' });
    expect(await jobFile('shutdown-1', 'log')).toContain('ended by the shutdown');
    expect(await jobFile('shutdown-1', 'status')).toBe('');
  });

  it('that a power cut ended is cut off by a restart, and starts again when told to', async () => {
    const script = sh`echo begun; [ -e /root/second ] || sleep 4323`;
    const following = jobs.run(host, { key: 'power-1', script });
    await begun('power-1');
    await machine.powerCut();
    await machine.start();
    expect(await following).toMatchObject({ kind: 'cut-off', why: 'rebooted' });
    await jobs.restart(host, 'power-1');
    await on('touch /root/second');
    expect(await jobs.run(host, { key: 'power-1', script })).toMatchObject({ kind: 'ended', exitCode: 0 });
    expect(await on('ls /var/lib/slipway/jobs | grep power')).toBe('power-1\npower-1.cut-1');
  });
});
