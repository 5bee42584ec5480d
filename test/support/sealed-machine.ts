import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import type { RunOptions, RunResult } from '../../src/hosts/host.js';
import { judgeEnd } from '../../src/hosts/run-errors.js';
import type { Script } from '../../src/hosts/script.js';
import { ScriptHost } from '../../src/hosts/script-host.js';
import { shellCommand } from '../../src/hosts/shell-command.js';

/** What a program of the machine's own says, whatever it is asked. */
export interface Answer {
  readonly text: string;
  readonly code: number;
}

/** Programs that do their real work: they reach nothing but files, and there are none but the machine's. */
const real = [
  ...['awk', 'base64', 'cat', 'chmod', 'chown', 'cmp', 'cp', 'cut', 'date', 'df', 'dirname', 'du', 'env', 'find', 'flock'],
  ...['grep', 'head', 'install', 'ln', 'ls', 'mkdir', 'mktemp', 'mv', 'nproc', 'printenv', 'readlink', 'rm', 'rmdir'],
  ...['sed', 'setsid', 'sha256sum', 'sh', 'sort', 'stat', 'tail', 'timeout', 'touch', 'tr', 'uname', 'wc'],
]; // prettier-ignore

/** Programs that only write down how they were called. */
const recorders = [
  ...['ansible-playbook', 'blkid', 'crictl', 'e2fsck', 'etcdctl', 'findmnt', 'getent', 'git', 'id', 'ip', 'journalctl', 'kubectl', 'logger'],
  ...['lsblk', 'lsof', 'mdadm', 'mkfs.ext4', 'mount', 'mountpoint', 'multipath', 'nft', 'nsenter', 'pgrep', 'ps', 'pvs', 'python3'],
  ...['rsync', 'sleep', 'ssh', 'ssh-keygen', 'sync', 'sysctl', 'systemctl', 'systemd-analyze', 'systemd-escape'],
  ...['systemd-run', 'tune2fs', 'udevadm', 'umount', 'unmkinitramfs', 'update-initramfs', 'virtualenv', 'zpool'],
]; // prettier-ignore

/** Stands in the record behind the words of one call. */
const end = '\u001e';
const note = `printf '%s\\0' "\${0##*/}" "$@" '${end}' >> /record`;

/** What scripts look at. */
const files = {
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/sh\n',
  '/etc/fstab': '/dev/sda1 / ext4 defaults 0 1\n',
  '/etc/etcd.env': "ETCDCTL_CERT=$(touch CANARY)\nETCDCTL_KEY='a b'\n",
  '/etc/kubernetes/admin.conf': '',
  '/root/.ssh/authorized_keys': '# keys',
  '/boot/initrd.img-1': '',
  '/proc/uptime': '3600.00 1\n',
  '/proc/meminfo': 'MemTotal: 8 kB\n',
  '/proc/swaps': '',
  '/proc/7/comm': 'containerd-shim\n',
  '/proc/7/maps': '',
  '/proc/7/mountinfo': '',
  '/proc/sys/kernel/hostname': 'x\n',
  '/proc/sys/kernel/random/boot_id': 'boot\n',
  '/proc/sys/fs/inotify/max_user_instances': '1\n',
  '/proc/sys/fs/inotify/max_user_watches': '1\n',
  '/proc/sys/vm/max_map_count': '1\n',
  '/sys/block/md0/md/array_state': 'clean\n',
  '/sys/block/md0/slaves/sda': '',
  '/sys/class/block/md0/holders/none': '',
};

/** Seconds until a script counts as one that never ends. */
const longest = 20;

/**
 * A machine that is nothing but a folder (chroot): scripts run by the real `sh` with the real tools for files, and all
 * else writes down how it was called and gives the answer that the test has put there. Needs root.
 */
export class SealedMachine extends ScriptHost {
  readonly name = 'worker-1';
  /** Scripts that had to be killed. */
  readonly endless: string[] = [];

  private constructor(
    readonly folder: string,
    readonly stateFolder: string,
  ) {
    super();
  }

  static open(stateFolder = '/var/lib/slipway'): SealedMachine {
    const machine = new SealedMachine(mkdtempSync(join(tmpdir(), 'slipway-sealed-')), stateFolder);
    for (const path of ['bin', 'real', 'root', 'tmp', 'answers', 'etc', 'sys/block', 'boot'])
      mkdirSync(machine.within(path), { recursive: true });
    for (const [path, text] of Object.entries(files)) machine.put(path, text);
    mkdirSync(machine.within('/dev/disk/by-id'), { recursive: true });
    execFileSync('mknod', [machine.within('/dev/null'), 'c', '1', '3']);
    for (const name of real) machine.install(name);
    const answer = 'if [ -e "/answers/${0##*/}" ]; then set -- "${0##*/}"; else set -- any; fi';
    const recorder = `${note}\n${answer}\n/real/cat "/answers/$1"; read -r code < "/answers/$1.code"; exit "$code"`;
    for (const name of recorders) machine.program(`/bin/${name}`, recorder);
    machine.answer({ text: '', code: 0 });
    return machine;
  }

  within(path: string): string {
    return join(this.folder, path);
  }

  put(path: string, text: string): void {
    mkdirSync(dirname(this.within(path)), { recursive: true });
    writeFileSync(this.within(path), text);
  }

  /** A program of the test's own, for the real `sh`. */
  program(path: string, text: string): void {
    this.put(path, `#!/real/sh\n${text}\n`);
    chmodSync(this.within(path), 0o755);
  }

  /** A whole disk with nothing on it, that is, as far as one looks at it from outside. */
  blankDisk(path: string): void {
    mkdirSync(dirname(this.within(path)), { recursive: true });
    execFileSync('mknod', ['--', this.within(path), 'b', '7', '250']);
    const name = basename(path);
    this.put(`/sys/block/${name}/ro`, '0\n');
    mkdirSync(this.within(`/sys/class/block/${name}/holders`), { recursive: true });
  }

  /** What every recording program says, except those by name. */
  answer(any: Answer, byName: Readonly<Record<string, Answer>> = {}): void {
    rmSync(this.within('/answers'), { recursive: true });
    for (const [name, { text, code }] of Object.entries({ ...byName, any })) {
      this.put(`/answers/${name}`, text);
      this.put(`/answers/${name}.code`, `${code}\n`);
    }
  }

  async run(script: Script, options: RunOptions = {}): Promise<RunResult> {
    options.signal?.throwIfAborted();
    const { words, input } = shellCommand(script, options.stdin);
    const env = { PATH: '/bin', HOME: '/root' };
    const sealed = ['/real/timeout', '-s', 'KILL', String(longest), ...words];
    const { exitCode, signal, stdout, stderr } = await execa('/usr/sbin/chroot', [this.folder, ...sealed], {
      ...{ input: input ?? '', env, extendEnv: false, reject: false, stripFinalNewline: false },
    });
    // timeout kills itself along with the script.
    if (signal === 'SIGKILL') this.endless.push(script.text);
    return judgeEnd({ host: this.name, script, options }, { exitCode, stdout, stderr });
  }

  /** Every call of a program since the last time, its name first. */
  calls(): string[][] {
    const path = this.within('/record');
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    rmSync(path, { force: true });
    const calls = text.split(`${end}\0`).slice(0, -1);
    return calls.map((words) => words.split('\0').slice(0, -1));
  }

  /** Files whose names begin so, wherever they are. */
  found(prefix: string): string[] {
    const options = ['-name', `${prefix}*`, '-print0'];
    return execFileSync('find', [this.folder, ...options])
      .toString('utf8')
      .split('\0')
      .filter(Boolean);
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private install(name: string): void {
    const path = execFileSync('sh', ['-c', `readlink -f "$(command -v ${name})"`])
      .toString('utf8')
      .trim();
    copyFileSync(path, this.within(`/real/${name}`));
    const libraries = execFileSync('ldd', [path]).toString('utf8').match(/\/\S+/g) ?? [];
    for (const library of libraries.filter((each) => !existsSync(this.within(each)))) {
      mkdirSync(dirname(this.within(library)), { recursive: true });
      copyFileSync(library, this.within(library));
    }
    if (name === 'sh') symlinkSync('../real/sh', this.within('/bin/sh'));
    else this.program(`/bin/${name}`, `${note}\nexec /real/${name} "$@"`);
  }
}
