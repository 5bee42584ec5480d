import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab, type LabMachine } from '../../../src/lab/index.js';
import { labTraces } from '../../support/lab-traces.js';

let folder: string;
let lab: Lab;
let one: LabMachine;
let two: LabMachine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-systemd-'));
  lab = await openLab({ name: 'systemd-test', folder: join(folder, 'lab') });
  [one, two] = await Promise.all([lab.startMachine({ name: 'one' }), lab.startMachine({ name: 'two' })]);
});

afterAll(async () => {
  await lab.down();
  await rm(folder, { recursive: true, force: true });
});

async function output(machine: LabMachine, script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await machine.run(script);
  if (exitCode !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout.trim();
}

const bootId = (machine: LabMachine) => output(machine, 'cat /proc/sys/kernel/random/boot_id');

const traces = () => labTraces(lab);

describe('systemd machines', () => {
  it('run a whole systemd each, with names, keys and machine IDs of their own', async () => {
    for (const machine of [one, two]) {
      expect(await output(machine, 'systemctl is-system-running --wait')).toBe('running');
      expect(await output(machine, 'hostname')).toBe(machine.name);
      expect(await output(machine, 'cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')).toBe(
        machine.hostKey,
      );
      expect(await output(machine, 'stat --file-system --format=%T /sys/fs/cgroup')).toBe('cgroup2fs');
    }
    expect(one.hostKey).not.toBe(two.hostKey);
    expect(await output(one, 'cat /etc/machine-id')).not.toBe(await output(two, 'cat /etc/machine-id'));
  });

  it('start neither containerd nor etcd by themselves', async () => {
    expect((await one.run('systemctl is-active containerd etcd')).stdout).toBe('inactive\ninactive\n');
    for (const program of ['containerd', 'runc', 'etcd', 'etcdctl', 'nft', 'rsync', 'lsof', 'python3']) {
      await output(one, `command -v ${program}`);
    }
  });

  it('reach each other and the host, which reaches them', async () => {
    const host = one.address.replace(/\d+$/, '1');
    await output(one, `ping -c1 -W2 ${two.address} && ping -c1 -W2 ${host}`);
    await output(two, `ping -c1 -W2 ${one.address}`);
  });

  it('keep the services of one apart from those of the other', async () => {
    const unit = 'systemd-run --quiet --unit=same-name sleep 600';
    await Promise.all([output(one, unit), output(two, unit)]);
    await output(one, 'systemctl stop same-name');
    expect(await output(two, 'systemctl is-active same-name')).toBe('active');
  });

  it('have firewalls of their own: neither the other machine nor the host gets a rule', async () => {
    const before = await execa('nft', ['list', 'ruleset']);
    await output(
      one,
      'nft add table inet mine && nft "add chain inet mine in { type filter hook input priority 0; }"',
    );
    await output(one, 'nft add rule inet mine in icmp type echo-request drop');
    expect(await output(two, 'nft list ruleset')).toBe('');
    expect((await execa('nft', ['list', 'ruleset'])).stdout).toBe(before.stdout);
    expect((await two.run(`ping -c1 -W1 ${one.address}`)).exitCode).toBe(1);
  });

  it('come back from a reboot with another boot ID, the same files and key, and no rule left', async () => {
    const before = await bootId(one);
    await output(one, 'echo kept > /root/kept');
    await one.run('systemctl reboot').catch(() => undefined);
    await expect.poll(() => bootId(one).catch(() => before), { timeout: 60_000 }).not.toBe(before);
    expect(await output(one, 'cat /root/kept')).toBe('kept');
  });

  it('lose all processes in a power cut, and start again', async () => {
    const before = await bootId(two);
    await two.powerCut();
    expect(await two.isRunning()).toBe(false);
    await expect(two.run('true', { timeout: 3_000 })).rejects.toThrow('Cannot log in to two');
    await two.start();
    expect(await bootId(two)).not.toBe(before);
    expect((await two.run('systemctl is-active same-name')).stdout.trim()).toBe('inactive');
  });

  it('are found again by another process', async () => {
    const again = await openLab({ name: 'systemd-test', folder: lab.folder });
    expect((await again.machines()).map(({ name, address }) => [name, address])).toEqual([
      ['one', one.address],
      ['two', two.address],
    ]);
    const found = await again.startMachine({ name: 'one' });
    expect((await found.run('hostname')).stdout).toBe('one\n');
    again.close();
  });
});

describe('down', () => {
  it('leaves no process, mount, namespace, link or control group', async () => {
    expect((await traces()).length).toBeGreaterThan(5);
    // Switched off, they leave nothing behind but files, and come back under the same addresses.
    await Promise.all([one.powerCut(), two.powerCut()]);
    expect(await traces()).toEqual([]);
    await two.start();
    expect(await output(two, 'hostname --all-ip-addresses')).toBe(two.address);
    await lab.down();
    expect(await traces()).toEqual([]);
  });
});
