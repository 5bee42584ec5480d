import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copySshKey } from '../../../src/activities/step-03-ssh-access/copy-ssh-key.js';
import { failureText } from '../../../src/cli/questions/question-text.js';
import { FakeJobs } from '../../fakes/fake-jobs.js';
import { SharedHostPool } from '../../../src/hosts/pool/shared-host-pool.js';
import { KnownHosts, knownHostsFile } from '../../../src/hosts/ssh/known-hosts.js';
import type { HostPool } from '../../../src/hosts/pool/host-pool.js';
import type { SshHostAddress } from '../../../src/hosts/ssh/verify-host-key.js';
import { describeFailure } from '../../../src/workflows/running/failures.js';
import { PasswordServer } from '../../support/password-server.js';
import { runStep } from '../../support/control-host.js';

/** A stranger at the host's address, who lets nobody in and remembers what it is sent. */

let folder: string;
let pool: HostPool;
let stranger: PasswordServer;
let host: SshHostAddress;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-copy-key-'));
  pool = new SharedHostPool({ stateFolder: folder });
  stranger = new PasswordServer('password', 'another one');
  const port = await stranger.listen();
  const privateKey = join(folder, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', privateKey]);
  const address = '127.0.0.1';
  host = { kind: 'ssh', name: 'worker-1', cluster: 'blue', address, port, user: 'root', privateKey };
});
afterEach(async () => {
  await pool.closeAll();
  stranger.close();
  await rm(folder, { recursive: true });
});

async function failureOf(address: SshHostAddress): Promise<unknown> {
  const readSecret = async () => Promise.resolve('the password of the fleet');
  const run = copySshKey({ hosts: pool, jobs: new FakeJobs(), readSecret });
  const input = { host: address, publicKeys: ['ssh-ed25519 AAAA'], password: { file: '/run/password' } };
  return runStep(run, input).catch((error: unknown) => error);
}

it('sends no password where nobody vouches for the key, pins nothing, and tells what to do', async () => {
  const failure = await failureOf(host);
  expect(stranger.heard).toEqual([]);
  expect(await new KnownHosts(knownHostsFile(folder, 'blue')).keysOf(host)).toEqual([]);
  expect(failure).toMatchObject({ type: 'HostKeyUnknownError', nonRetryable: true });
  const { message, details } = describeFailure(failure);
  const question = { kind: 'decision', host: host.name, step: 'copySshKey', message, ...details } as const;
  const asked = failureText(question).join('\n');
  expect(asked).toContain(`ssh-ed25519 ${stranger.fingerprint}, which nobody has confirmed`);
  expect(asked).toContain(`hostKey: ${stranger.hostKey}`);
});

it('sends it where the specification states the key', async () => {
  const failure = await failureOf({ ...host, hostKey: stranger.hostKey });
  expect(stranger.heard).toEqual(['the password of the fleet']);
  expect(failure).toMatchObject({ type: 'RefusedError' });
});
