import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostKeyText, sameKey, type HostKey } from '../host-key.js';
import { parseKnownHostsLine, type KnownHostsLine } from './known-hosts-line.js';

/** A lock older than this belongs to a worker that died: it is held for milliseconds only. */
const staleLockMilliseconds = 10_000;

/**
 * The comment of a key that nobody has vouched for: it was shown at the first login by key, which any server can let
 * succeed. No password is sent to such a host.
 */
const firstContactMark = 'first-contact';

/** Where an SSH server is. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/** The file of a cluster's pinned host keys on the worker's machine; `ssh -o UserKnownHostsFile=` reads it too. */
export function knownHostsFile(stateFolder: string, cluster: string): string {
  return join(stateFolder, 'clusters', cluster, 'known_hosts');
}

/** The host as OpenSSH writes it: the address alone for port 22, else `[address]:port`. */
export function knownHostsName({ address, port }: ServerAddress): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

/**
 * The keys that a known_hosts text holds for a host, as ssh reads it: by name, pattern or hash.
 * @param trusted leaves out the keys that were only seen at a first contact
 */
export function keysIn(text: string, host: ServerAddress, { trusted = false } = {}): HostKey[] {
  return linesOf(text, host)
    .filter(({ marker, comment }) => marker === undefined && !(trusted && comment === firstContactMark))
    .map(({ key }) => key);
}

/** The keys that must never be taken for this host's. */
export function revokedKeysIn(text: string, host: ServerAddress): HostKey[] {
  return linesOf(text, host)
    .filter(({ marker }) => marker === 'revoked')
    .map(({ key }) => key);
}

function linesOf(text: string, host: ServerAddress): KnownHostsLine[] {
  const name = knownHostsName(host);
  return text.split('\n').flatMap((text) => {
    const line = parseKnownHostsLine(text);
    return line?.isOf(name) === true ? [line] : [];
  });
}

export interface Pinned {
  readonly keys: readonly HostKey[];
  readonly added: boolean;
}

/** One file of pinned keys, shared by every connection and every worker process on this machine. */
export class KnownHosts {
  constructor(readonly file: string) {}

  /** @param trusted as in {@link keysIn} */
  async keysOf(host: ServerAddress, { trusted = false } = {}): Promise<HostKey[]> {
    return keysIn(await this.text(), host, { trusted });
  }

  async revokedKeysOf(host: ServerAddress): Promise<HostKey[]> {
    return revokedKeysIn(await this.text(), host);
  }

  /**
   * Pins the key if the host has none yet, or if it is `trusted` because the specification or a person names it.
   * The file is replaced as a whole under a lock, so that of two first contacts at once one wins and the other sees it.
   * @returns the keys that are pinned afterwards, and whether this one was added
   */
  async pin(host: ServerAddress, key: HostKey, { trusted = false } = {}): Promise<Pinned> {
    await mkdir(dirname(this.file), { recursive: true, mode: 0o700 });
    return await this.locked(async () => {
      const text = await this.text();
      const present = keysIn(text, host);
      const isPinned = keysIn(text, host, { trusted }).some((other) => sameKey(other, key));
      if (isPinned || (present.length > 0 && !trusted)) return { keys: present, added: false };
      const line = `${knownHostsName(host)} ${hostKeyText(key)}`;
      const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
      const others = before.replace(`${line} ${firstContactMark}\n`, '');
      await this.replace(`${others}${line}${trusted ? '' : ` ${firstContactMark}`}\n`);
      return { keys: [...present.filter((other) => !sameKey(other, key)), key], added: true };
    });
  }

  private async text(): Promise<string> {
    try {
      return await readFile(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }

  private async replace(text: string): Promise<void> {
    const beside = `${this.file}.new`;
    await writeFile(beside, text, { mode: 0o600, flush: true });
    await rename(beside, this.file);
  }

  private async locked<Value>(use: () => Promise<Value>): Promise<Value> {
    const lock = `${this.file}.lock`;
    while (!(await created(lock))) {
      await removeIfStale(lock);
      await sleep(20);
    }
    try {
      return await use();
    } finally {
      await rm(lock, { force: true });
    }
  }
}

async function created(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx');
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfStale(lock: string): Promise<void> {
  const since = await stat(lock).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (since > staleLockMilliseconds) await rm(lock, { force: true });
}
