import { open, readdir, readFile, readlink, type FileHandle } from 'node:fs/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openLab, type Lab, type LabMachine } from '../../../src/lab/index.js';
import { labTraces } from '../../support/lab-traces.js';

const program = 'dist/cli/main.js';

let lab: Lab;
let one: LabMachine;
let two: LabMachine;
let mountsBefore: number;

beforeAll(async () => {
  lab = await openLab({ name: 'nodes-test' });
  await lab.down();
  mountsBefore = await mountCount();
  lab = await openLab({ name: 'nodes-test' });
  [one, two] = await Promise.all([lab.startNode({ name: 'one' }), lab.startNode({ name: 'two' })]);
});

afterAll(async () => {
  await lab.down();
});

/** How many mounts there are. Those of network namespaces come and go with other labs, and are told apart by their names. */
async function mountCount(): Promise<number> {
  const lines = (await readFile('/proc/mounts', 'utf8')).split('\n');
  return lines.filter((line) => !line.startsWith('nsfs ')).length;
}

/** Every namespace of processes' own in which something runs, whoever's it is. */
async function namespacesInUse(): Promise<Set<string>> {
  const links = (await runningPids()).flatMap((pid) =>
    namespaces.map((kind) => readlink(`/proc/${pid}/ns/${kind}`).catch(() => '')),
  );
  return new Set(await Promise.all(links));
}

/** Every process but those that have ended and that their parent has yet to notice: these still tell a PID namespace. */
async function runningPids(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => /\) [^ZX]/.test(stats[index] ?? ''));
}

/**
 * Opens the namespaces, so that none gets another's number. The kernel gives the number of one that is gone to the
 * next, which may be another lab's.
 */
async function holdNamespaces(wanted: readonly string[]): Promise<FileHandle[]> {
  const links = (await runningPids()).flatMap((pid) => namespaces.map((kind) => `/proc/${pid}/ns/${kind}`));
  const held = new Map<string, FileHandle>();
  for (const link of links) {
    const name = await readlink(link).catch(() => '');
    if (wanted.includes(name) && !held.has(name)) held.set(name, await open(link));
  }
  expect([...held.keys()].toSorted()).toEqual([...new Set(wanted)].toSorted());
  return [...held.values()];
}

async function output(machine: LabMachine, script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await machine.run(script);
  if (exitCode !== 0) throw new Error(`${script}: ${stderr}`);
  return stdout.trim();
}

const namespaces = ['net', 'pid', 'mnt', 'uts', 'ipc', 'cgroup'] as const;

describe('node machines', () => {
  it('run a whole systemd each, in namespaces of their own', async () => {
    for (const machine of [one, two]) {
      expect(await output(machine, 'systemctl is-system-running --wait')).toBe('running');
      expect(await output(machine, 'hostname')).toBe(machine.name);
    }
    for (const kind of namespaces) {
      const seen = [
        await readlink(`/proc/self/ns/${kind}`),
        await output(one, `readlink /proc/1/ns/${kind}`),
        await output(two, `readlink /proc/1/ns/${kind}`),
      ];
      expect(new Set(seen).size, seen.join(' ')).toBe(3);
    }
  });

  it('divide the control groups that they have, and see no other', async () => {
    const folders = await output(one, 'find /sys/fs/cgroup -maxdepth 2 -name cgroup.procs -printf "%h\\n"');
    const groups = folders.split('\n');
    expect(groups.length).toBeGreaterThan(0);
    for (const group of groups) {
      await output(one, `mkdir ${group}/mine && (echo 0 > ${group}/mine/cgroup.procs)`);
      expect(await output(one, `ls ${group}`)).not.toContain('slipway-');
      await output(one, `rmdir ${group}/mine`);
    }
  });

  it('hand mounts on to what they contain, and none to this machine', async () => {
    expect(await output(one, 'findmnt --noheadings --output PROPAGATION /')).toBe('shared');
    await output(one, 'mkdir -p /mnt/own && mount -t tmpfs lab-own /mnt/own');
    expect(await readFile('/proc/mounts', 'utf8')).not.toContain('lab-own');
  });

  it('stack overlay file systems, as containerd does', async () => {
    await output(
      one,
      'cd /root && mkdir low high work top && mount -t overlay o -o lowerdir=low,upperdir=high,workdir=work top && touch top/x',
    );
  });

  it('set what kubelet and step 9 set of the kernel, and change no other machine', async () => {
    const settings = ['vm/overcommit_memory', 'kernel/panic', 'fs/inotify/max_user_instances'];
    const own = () => Promise.all(settings.map((name) => readFile(`/proc/sys/${name}`, 'utf8')));
    const theirs = await own();
    for (const name of settings) {
      expect(await output(one, `echo 77 > /proc/sys/${name} && cat /proc/sys/${name}`)).toBe('77');
    }
    expect(await own()).toEqual(theirs);
    expect((await one.run('echo 1 > /proc/sys/vm/drop_caches')).exitCode).not.toBe(0);
    await output(one, 'sysctl -w net.ipv4.ip_forward=1');
    expect(await output(two, 'cat /proc/sys/net/ipv4/ip_forward')).toBe('0');
  });

  it('say of each module of the kernel that it is taken as loaded, or not to be had', async () => {
    expect((await one.run('modprobe br_netfilter')).stderr).toContain('taken as loaded');
    const unknown = await one.run('modprobe no_such_module');
    expect(unknown.exitCode).toBe(1);
    expect(unknown.stderr).toContain('not to be had here');
    expect(await output(one, 'cat /var/log/lab-kernel-modules.log')).toContain('no_such_module');
    await output(one, 'python3 -c \'open("/proc/modules").read()\'');
  });

  it('lack what Kubespray brings, and ask the mirror alone', async () => {
    const mirror = one.address.replace(/\d+$/, '1');
    for (const program of ['containerd', 'runc', 'etcd']) {
      expect((await one.run(`command -v ${program}`)).exitCode, program).not.toBe(0);
    }
    expect(await output(one, 'cat /etc/resolv.conf')).toBe(`nameserver ${mirror}`);
    expect(await output(one, 'apt-config dump Acquire::http::Proxy')).toContain(`http://${mirror}:8880`);
  });

  it('come back from a reboot and from a power cut with their files and addresses', async () => {
    await output(one, 'echo kept > /root/kept');
    const pid = await output(one, 'readlink /proc/1/ns/pid');
    await one.run('systemctl reboot').catch(() => undefined);
    await expect
      .poll(() => output(one, 'readlink /proc/1/ns/pid').catch(() => pid), { timeout: 60_000 })
      .not.toBe(pid);
    await one.powerCut();
    expect(await one.isRunning()).toBe(false);
    await one.start();
    expect(await output(one, 'cat /root/kept')).toBe('kept');
    expect(await output(one, 'hostname --all-ip-addresses')).toBe(one.address);
  });
});

describe('down', () => {
  it('leaves nothing, also after a crash of who started them and with namespaces within', async () => {
    await output(one, 'ip netns add inner && ip link add pod0 type veth peer name eth0 netns inner');
    await output(one, 'systemd-run --quiet --unit=lasting sleep 600');
    // Killed somewhere in the start of a third machine.
    const owner = execa(process.execPath, [program, 'lab', 'up', '--lab', lab.name, '--node', 'three'], {
      reject: false,
    });
    await vi.waitUntil(async () => (await labTraces(lab)).some((line) => line.includes('-three')), {
      timeout: 120_000,
    });
    owner.kill('SIGKILL');
    await owner;
    expect((await labTraces(lab)).length).toBeGreaterThan(10);
    const theirs = (
      await Promise.all(
        [one, two].map((machine) =>
          output(machine, `readlink ${namespaces.map((kind) => `/proc/1/ns/${kind}`).join(' ')}`),
        ),
      )
    ).flatMap((text) => text.split('\n'));
    const running = await namespacesInUse();
    expect(theirs.filter((each) => !running.has(each))).toEqual([]);
    const held = await holdNamespaces(theirs);
    const again = await openLab({ name: lab.name });
    await again.down();
    expect(await labTraces(lab)).toEqual([]);
    const left = await namespacesInUse();
    await Promise.all(held.map((each) => each.close()));
    expect(theirs.filter((each) => left.has(each))).toEqual([]);
    expect(await mountCount()).toBe(mountsBefore);
  });
});
