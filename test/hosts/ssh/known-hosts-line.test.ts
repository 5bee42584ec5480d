import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyHostKey } from '../../../src/hosts/ssh/verify-host-key.js';
import { keysIn, knownHostsFile, revokedKeysIn } from '../../../src/hosts/ssh/known-hosts.js';
import { parseKnownHostsLine } from '../../../src/hosts/ssh/known-hosts-line.js';
import { hostKeyText } from '../../../src/hosts/host-key.js';

const key = {
  type: 'ssh-ed25519',
  base64: 'AAAAC3NzaC1lZDI1NTE5AAAAIEFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFB',
};
const other = { ...key, base64: key.base64.replace(/QUFB$/, 'QUJC') };
const host = { address: '10.0.0.1', port: 2222 };
const name = '[10.0.0.1]:2222';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-known-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a line of known_hosts', () => {
  it.each([
    [name, true],
    ['other,[10.0.0.1]:2222', true],
    ['[10.0.0.*]:2222', true],
    ['[10.0.0.?]:2222', true],
    ['*', true],
    ['*,![10.0.0.1]:2222', false],
    ['![10.0.0.1]:2222,*', false],
    ['10.0.0.1', false],
    ['[10x0.0.1]:2222', false],
    ['[10.0.0.1]:22222', false],
    ['|2|a|b', false],
  ])('for %s is about the host: %s', (names, expected) => {
    const line = parseKnownHostsLine(`${names} ${hostKeyText(key)}`);
    expect(line?.isOf(name)).toBe(expected);
    writeFileSync(join(folder, 'known_hosts'), `${names} ${hostKeyText(key)}\n`);
    if (!names.startsWith('|')) expect(isKnownToSsh()).toBe(expected);
  });

  it('is found by its hash, as ssh-keygen -H makes it', () => {
    const file = join(folder, 'known_hosts');
    writeFileSync(file, `${name} ${hostKeyText(key)}\n`);
    execFileSync('ssh-keygen', ['-H', '-f', file], { stdio: 'ignore' });
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('10.0.0.1');
    expect(keysIn(text, host)).toEqual([key]);
    expect(keysIn(text, { ...host, port: 22 })).toEqual([]);
  });

  it.each([
    '',
    '# a comment',
    `#${name} ${hostKeyText(key)}`,
    `${name} broken`,
    `@other ${name} ${hostKeyText(key)}`,
  ])('is none: %j', (line) => {
    expect(parseKnownHostsLine(line)).toBeUndefined();
  });

  /** By what `ssh-keygen -F` says, which knows patterns too. */
  function isKnownToSsh(): boolean {
    try {
      execFileSync('ssh-keygen', ['-F', name, '-f', join(folder, 'known_hosts')], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }
});

describe('a revoked key', () => {
  const address = {
    ...{ kind: 'ssh' as const, name: 'w1', cluster: 'c1', user: 'root', privateKey: '/k' },
    ...host,
  };
  const verify = (lines: string, sendsPassword: boolean) => {
    const file = knownHostsFile(folder, 'c1');
    execFileSync('mkdir', ['-p', join(folder, 'clusters', 'c1')]);
    writeFileSync(file, lines);
    return verifyHostKey({ stateFolder: folder, address, shown: key, sendsPassword });
  };
  const plain = `${name} ${hostKeyText(key)}\n`;

  it.each([
    ['beside a line that vouches for it', `${plain}@revoked ${name} ${hostKeyText(key)}\n`],
    ['of every host', `${plain}@revoked * ${hostKeyText(key)}\n`],
    ['alone', `@revoked ${name} ${hostKeyText(key)}\n`],
  ])('%s is never taken', async (_, lines) => {
    await expect(verify(lines, true)).rejects.toThrow('which is marked as revoked');
    await expect(verify(lines, false)).rejects.toThrow('which is marked as revoked');
  });

  it('is another than the one that is shown', async () => {
    const lines = `${plain}@revoked ${name} ${hostKeyText(other)}\n`;
    await expect(verify(lines, true)).resolves.toBeUndefined();
    expect(revokedKeysIn(lines, host)).toEqual([other]);
    expect(keysIn(lines, host)).toEqual([key]);
  });
});
