import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImages, openLab, type Lab, type LabVirtualMachine } from '../../../src/lab/index.js';

let folder: string;
let lab: Lab;
let one: LabVirtualMachine;
let two: LabVirtualMachine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-vm-'));
  lab = await openLab({ name: 'vm-test', folder: join(folder, 'lab') });
  await buildImages();
  [one, two] = await Promise.all([
    lab.startVm({
      name: 'one',
      disks: [
        { serial: 'ONE-A', gib: 1 },
        { serial: 'ONE-B', gib: 2 },
      ],
    }),
    lab.startVm({ name: 'two', disks: [{ serial: 'TWO-A', gib: 1 }] }),
  ]);
});

afterAll(async () => {
  await lab.down();
  await rm(folder, { recursive: true, force: true });
});

async function output(machine: LabVirtualMachine, script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await machine.run(script);
  if (exitCode !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout.trim();
}

const bootId = (machine: LabVirtualMachine) => output(machine, 'cat /proc/sys/kernel/random/boot_id');

describe('a virtual machine from the saved state', () => {
  it('goes on in seconds instead of booting', async () => {
    // Both have the boot ID of the machine that was saved: neither has booted.
    expect(await bootId(one)).toBe(await bootId(two));
  });

  it('has the right time, which goes on at the right pace', async () => {
    const ahead = async () => Number(await output(one, 'date +%s.%N')) - Date.now() / 1000;
    const before = await ahead();
    expect(Math.abs(before)).toBeLessThan(15);
    const seconds = 15;
    await sleep(seconds * 1_000);
    expect(Math.abs((await ahead()) - before)).toBeLessThan(seconds / 2);
  });

  it('has its own disks by serial number, empty and of the size asked for', async () => {
    expect(
      await output(one, 'lsblk --nodeps --noheadings --raw --bytes --output SERIAL,SIZE /dev/nvme*n1 | sort'),
    ).toBe(`ONE-A ${2 ** 30}\nONE-B ${2 ** 31}`);
    expect(await output(one, 'ls /dev/disk/by-id')).toContain('nvme-QEMU_NVMe_Ctrl_ONE-B\n');
    expect(await output(two, 'ls /dev/nvme*n1')).toBe('/dev/nvme0n1');
    expect((await one.run('blkid /dev/nvme0n1 /dev/nvme1n1')).exitCode).toBe(2);
  });

  it('has a host key, a machine ID, a name and random numbers of its own', async () => {
    const identity = (machine: LabVirtualMachine) =>
      output(
        machine,
        'cat /etc/machine-id /etc/hostname /proc/sys/kernel/random/uuid; cut -d" " -f1,2 /etc/ssh/ssh_host_*.pub',
      );
    const [first, second] = await Promise.all([identity(one), identity(two)]);
    const lines = first.split('\n');
    expect(lines[1]).toBe('one');
    expect(lines[3]).toBe(one.hostKey);
    second.split('\n').forEach((line, index) => expect(line).not.toBe(lines[index]));
  });

  it('is found again by another process, with its pinned key', async () => {
    const again = await openLab({ name: 'vm-test', folder: lab.folder });
    const found = await again.startVm({ name: 'one' });
    expect([found.port, found.hostKey]).toEqual([one.port, one.hostKey]);
    expect((await found.run('echo it is me')).stdout).toBe('it is me\n');
    await expect(again.startVm({ name: 'one', disks: [] })).rejects.toThrow(
      'is there already with the disks',
    );
    again.close();
  });

  it('reaches nothing outside', async () => {
    expect((await one.run('curl --max-time 3 --silent http://10.0.2.2/')).exitCode).not.toBe(0);
  });
});

describe('disks', () => {
  it('come and go under the running machine', async () => {
    await two.attachDisk({ serial: 'TWO-B', gib: 1 });
    await output(
      two,
      'for i in $(seq 100); do ls /dev/disk/by-id | grep -q TWO-B && exit 0; sleep 0.2; done; exit 1',
    );
    await two.detachDisk('TWO-A');
    expect(await output(two, 'lsblk --nodeps --noheadings --output SERIAL /dev/nvme*n1')).toBe('TWO-B');
    expect(two.disks.map(({ serial }) => serial)).toEqual(['TWO-B']);
  });
});

describe('a power cut', () => {
  it('loses what was not synced, keeps what was, and the machine boots by its own boot loader', async () => {
    await two.destroy();
    const before = await bootId(one);
    await output(
      one,
      'echo kept > /root/kept; printf kept | dd of=/dev/nvme0n1 conv=fsync status=none; sync',
    );
    const [first] = (await output(one, 'lsblk --nodeps --noheadings --output SERIAL /dev/nvme0n1')).split(
      '\n',
    );
    await output(one, 'echo lost > /root/lost');
    await one.powerCut();
    expect(await one.isRunning()).toBe(false);
    await one.swapDisks();
    await one.start();
    expect(await bootId(one)).not.toBe(before);
    expect(await output(one, 'ls /root')).toBe('kept');
    expect(await output(one, `head -c4 /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_${first}`)).toBe('kept');
    expect(await output(one, 'cat /proc/cmdline')).toContain('BOOT_IMAGE=/vmlinuz');
  });
});

describe('a virtual machine in the lab’s network', () => {
  it('reaches its machines and is reached by them, also after a power cut; one by itself reaches nobody', async () => {
    const [three, mate] = await Promise.all([
      lab.startVm({ name: 'three', inNetwork: true }),
      lab.startMachine({ name: 'mate' }),
    ]);
    const greeting = (address: string) =>
      `timeout 20 bash -c 'exec 3<> /dev/tcp/${address}/22 && head -c 4 <&3' 2>/dev/null || echo none`;
    expect(await output(three, greeting(mate.address))).toBe('SSH-');
    expect(await output(one, greeting(mate.address))).toBe('none');
    const { address } = three;
    await three.powerCut();
    await three.start();
    expect(three.address).toBe(address);
    expect((await mate.run(greeting(address))).stdout).toBe('SSH-');
  });
});

describe('a reboot from inside', () => {
  it('comes back at the same port with the same key, another boot ID, and its disks', async () => {
    const before = await bootId(one);
    await one.run('systemctl reboot').catch(() => undefined);
    await expect
      .poll(() => bootId(one).catch(() => before), { timeout: 600_000, interval: 1_000 })
      .not.toBe(before);
    expect(await output(one, 'lsblk --nodeps --noheadings --output SERIAL /dev/nvme*n1 | sort')).toBe(
      'ONE-A\nONE-B',
    );
  });
});

describe('down', () => {
  it('leaves no process and no file', async () => {
    await lab.down();
    await expect(access(lab.folder)).rejects.toThrow('ENOENT');
    await sleep(100);
    const commandLines = await Promise.all(
      (await readdir('/proc'))
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
    );
    expect(commandLines.filter((line) => line.includes(lab.folder))).toEqual([]);
  });
});
