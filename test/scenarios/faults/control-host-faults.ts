import { readdir, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { identityOf, signalProcess } from '../../../src/local/processes.js';

/**
 * What a restart does to this machine's jobs: each of their processes is gone at once, and the kernel has another boot
 * ID, which here is the one that the job has written down.
 */
export async function endJobs(home: string): Promise<void> {
  const jobs = join(home, 'jobs');
  for (const job of await readdir(jobs).catch(() => [])) {
    const folder = join(jobs, job);
    const status = await readFile(join(folder, 'status'), 'utf8').catch(() => undefined);
    const pid = await readFile(join(folder, 'pid'), 'utf8').catch(() => undefined);
    if (status !== undefined || pid === undefined) continue;
    await execa('pkill', ['-KILL', '-s', pid.split(' ')[0] ?? ''], { reject: false });
    await writeFile(join(folder, 'boot-id'), '00000000-0000-4000-8000-000000000000\n');
  }
}

/** Writes a file of all the room that is left. @returns what removes it */
export async function fillDisk(folder: string): Promise<() => Promise<void>> {
  const { bavail, bsize } = await statfs(folder);
  const file = join(folder, 'fills-the-disk');
  await execa('fallocate', ['--length', String(bavail * bsize), file], { reject: false });
  // What the round figure has left over.
  await execa('sh', ['-c', 'cat /dev/zero >> "$1"', 'sh', file], { reject: false });
  return () => rm(file, { force: true });
}

/**
 * Breaks every connection that Ansible has to hosts, as soon as it has one: a shared one lies with a process that only its
 * environment tells from others.
 * @throws Error when there is none within a minute
 */
export async function cutLinksOfPlaybook(home: string): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const isOurs = await Promise.all(processes.map((pid) => isSshOf(home, pid)));
    const found = processes.filter((_, index) => isOurs[index]);
    for (const ssh of found.map((pid) => identityOf(Number(pid)))) {
      if (ssh !== undefined) signalProcess(ssh, 'SIGKILL');
    }
    if (found.length > 0) return;
  }
  throw new Error('Ansible had no connection that could be cut.');
}

/** A process may be gone while it is looked at. */
async function isSshOf(home: string, pid: string): Promise<boolean> {
  const look = (file: string) => readFile(join('/proc', pid, file), 'utf8').catch(() => '');
  return (await look('comm')).trim() === 'ssh' && (await look('environ')).includes(home);
}
