import { describe, expect, it } from 'vitest';
import { knownHostsLine, sshArguments } from '../../src/lab/ssh-client.js';

describe('SSH', () => {
  const machine = {
    address: '127.0.0.1',
    port: 30001,
    user: 'root',
    privateKey: '/k',
    hostKey: 'ssh-ed25519 AAAA',
  } as const;

  it('names another port than 22 in known_hosts as OpenSSH looks for it', () => {
    expect(knownHostsLine(machine)).toBe('[127.0.0.1]:30001 ssh-ed25519 AAAA\n');
    expect(knownHostsLine({ ...machine, address: '10.201.0.10', port: 22 })).toBe(
      '10.201.0.10 ssh-ed25519 AAAA\n',
    );
  });

  it('accepts the pinned key only, and none of the user’s settings', () => {
    const args = sshArguments(machine, '/lab/known_hosts').join(' ');
    expect(args).toContain('-F none');
    expect(args).toContain('StrictHostKeyChecking=yes');
    expect(args).toContain('UserKnownHostsFile=/lab/known_hosts');
    expect(args).toMatch(/root@127\.0\.0\.1$/);
  });
});
