import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostKeyChangedError, HostKeyUnknownError } from '../../../src/hosts/errors.js';
import {
  fingerprint,
  hostKeyFromWire,
  preferredAlgorithms,
  type HostKey,
} from '../../../src/hosts/host-key.js';
import { keysIn, KnownHosts, knownHostsFile, knownHostsName } from '../../../src/hosts/ssh/known-hosts.js';
import {
  confirmHostKey,
  trustedKeys,
  pinHostKey,
  verifyHostKey,
  type FirstContact,
  type SshHostAddress,
} from '../../../src/hosts/ssh/verify-host-key.js';

const first: HostKey = {
  type: 'ssh-ed25519',
  base64: 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl',
};
const second: HostKey = {
  type: 'ssh-ed25519',
  base64: 'AAAAC3NzaC1lZDI1NTE5AAAAIJDVmBjLXvcjCcD27bXAoMDWF3FCoYoxqQu0ml9LGpuV',
};
const host = { address: '10.0.0.1', port: 2222 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-known-hosts-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('host keys', () => {
  it('have the fingerprint that ssh-keygen shows', async () => {
    const file = join(folder, 'key.pub');
    await writeFile(file, `${first.type} ${first.base64} comment\n`);
    expect(execFileSync('ssh-keygen', ['-l', '-f', file]).toString('utf8')).toContain(
      ` ${fingerprint(first)} `,
    );
  });

  it('are read as the protocol carries them', () => {
    expect(hostKeyFromWire(Buffer.from(first.base64, 'base64'))).toEqual(first);
  });

  it('are asked for by the algorithm of the known key first', () => {
    expect(preferredAlgorithms([])[0]).toBe('ssh-ed25519');
    const rsa = preferredAlgorithms([{ type: 'ssh-rsa', base64: '' }]);
    expect(rsa.slice(0, 4)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa', 'ssh-ed25519']);
    expect([...rsa].sort()).toEqual([...preferredAlgorithms([])].sort());
  });
});

describe('known_hosts', () => {
  it('names hosts as OpenSSH does', () => {
    expect(knownHostsName({ address: '10.0.0.1', port: 22 })).toBe('10.0.0.1');
    expect(knownHostsName({ address: 'fe80::1', port: 2222 })).toBe('[fe80::1]:2222');
  });

  it('reads lines with several names and comments, and leaves others out', () => {
    const text = [
      '# a comment',
      '',
      `10.0.0.1,[10.0.0.1]:2222 ${first.type} ${first.base64} root@worker`,
      `@revoked [10.0.0.1]:2222 ${second.type} ${second.base64}`,
      `[10.0.0.1]:22222 ${second.type} ${second.base64}`,
      '[10.0.0.1]:2222 broken',
    ].join('\n');
    expect(keysIn(text, host)).toEqual([first]);
  });

  it('writes what ssh-keygen finds, one line for each host, readable by its owner only', async () => {
    const known = new KnownHosts(join(folder, 'a', 'known_hosts'));
    await known.pin({ address: 'other', port: 22 }, second);
    expect(await known.pin(host, first)).toEqual({ keys: [first], added: true });
    expect(await known.pin(host, first)).toEqual({ keys: [first], added: false });
    expect((await readFile(known.file, 'utf8')).split('\n')).toHaveLength(3);
    const found = execFileSync('ssh-keygen', ['-F', '[10.0.0.1]:2222', '-f', known.file]).toString('utf8');
    expect(found).toContain(first.base64);
    expect(await readdir(join(folder, 'a'))).toEqual(['known_hosts']);
  });

  it('keeps a line that somebody added without a line end', async () => {
    const file = join(folder, 'known_hosts');
    await writeFile(file, `other ${second.type} ${second.base64}`);
    await new KnownHosts(file).pin(host, first);
    expect(keysIn(await readFile(file, 'utf8'), { address: 'other', port: 22 })).toEqual([second]);
  });

  it('lets one of many first contacts at once win, and loses none of different hosts', async () => {
    const file = join(folder, 'known_hosts');
    const pinned = await Promise.all(
      [first, second, first, second].map((key) => new KnownHosts(file).pin(host, key)),
    );
    expect(new Set(pinned.map(({ keys: [key] }) => key?.base64)).size).toBe(1);
    expect(pinned.filter(({ added }) => added)).toHaveLength(1);
    await Promise.all(
      [...Array(20).keys()].map((port) =>
        new KnownHosts(file).pin({ address: 'h', port: 1000 + port }, first),
      ),
    );
    expect((await readFile(file, 'utf8')).trim().split('\n')).toHaveLength(21);
  });

  it('takes over the lock of a worker that died', async () => {
    const file = join(folder, 'known_hosts');
    await writeFile(`${file}.lock`, '');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${file}.lock`, longAgo, longAgo);
    expect((await new KnownHosts(file).pin(host, first)).keys).toEqual([first]);
  });
});

interface Judged {
  readonly hostKey?: string;
  readonly sendsPassword?: boolean;
}

describe('verifyHostKey', () => {
  const address: SshHostAddress = {
    kind: 'ssh',
    name: 'worker-1',
    cluster: 'blue',
    user: 'root',
    privateKey: '~/.ssh/id',
    ...host,
  };
  const contacts: FirstContact[] = [];
  const judge = (shown: HostKey, { hostKey, sendsPassword = false }: Judged = {}) =>
    verifyHostKey({ stateFolder: folder, address: { ...address, hostKey }, shown, sendsPassword });
  /** As a connection does whose login succeeds. */
  const verify = async (shown: HostKey, hostKey?: string) => {
    const about = { stateFolder: folder, address: { ...address, hostKey }, shown };
    await verifyHostKey({ ...about, sendsPassword: false });
    await pinHostKey({ ...about, onFirstContact: (contact) => contacts.push(contact) });
  };
  beforeEach(() => {
    contacts.length = 0;
  });

  it('pins the first key and tells it once', async () => {
    await verify(first);
    await verify(first);
    const file = knownHostsFile(folder, 'blue');
    expect(contacts).toEqual([{ host: 'worker-1', ...host, fingerprint: fingerprint(first), file }]);
    expect(await trustedKeys(folder, address)).toEqual([first]);
  });

  it('pins nothing by itself: a stranger who refuses the login must not lock the host out', async () => {
    await judge(first);
    expect(await trustedKeys(folder, address)).toEqual([]);
  });

  it('lets a password go only where the key is stated, confirmed, or written into the file by hand', async () => {
    const sendsPassword = true;
    await expect(judge(first, { sendsPassword })).rejects.toThrow(HostKeyUnknownError);
    await verify(first);
    await expect(judge(first, { sendsPassword })).rejects.toThrow(HostKeyUnknownError);
    await judge(second, { sendsPassword, hostKey: `${second.type} ${second.base64}` });
    await confirmHostKey(folder, address, first);
    await judge(first, { sendsPassword });
    const file = knownHostsFile(folder, 'blue');
    await writeFile(file, `[10.0.0.1]:2222 ${second.type} ${second.base64} root@worker\n`);
    await judge(second, { sendsPassword });
    await expect(judge(first, { sendsPassword })).rejects.toThrow(HostKeyChangedError);
  });

  it('lets one of two first contacts with different keys win', async () => {
    const about = { stateFolder: folder, address, onFirstContact: undefined };
    await Promise.all([judge(first), judge(second)]);
    await pinHostKey({ ...about, shown: first });
    await expect(pinHostKey({ ...about, shown: second })).rejects.toThrow(HostKeyChangedError);
  });

  it('refuses another key for good, naming both fingerprints and the file to edit', async () => {
    await verify(first);
    const failure = await verify(second).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HostKeyChangedError);
    const { message, context, retryable } = failure as HostKeyChangedError;
    expect(retryable).toBe(false);
    expect(message).toContain(fingerprint(first));
    expect(message).toContain(fingerprint(second));
    expect(context.advice).toContain(knownHostsFile(folder, 'blue'));
    expect(await trustedKeys(folder, address)).toEqual([first]);
  });

  it('holds to the key in the specification, and records it for ssh', async () => {
    await expect(verify(first, `${second.type} ${second.base64}`)).rejects.toThrow(HostKeyChangedError);
    await verify(first, `${first.type} ${first.base64}`);
    expect(contacts).toEqual([]);
    expect(await readFile(knownHostsFile(folder, 'blue'), 'utf8')).toBe(
      `[10.0.0.1]:2222 ${first.type} ${first.base64}\n`,
    );
    await verify(second, `${second.type} ${second.base64}`);
  });
});
