import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { copySshKey } from '../../../src/activities/step-03-ssh-access/copy-ssh-key.js';
import { failureText } from '../../../src/cli/questions/question-text.js';
import { FakeJobs } from '../../fakes/fake-jobs.js';
import { SharedHostPool } from '../../../src/hosts/pool/shared-host-pool.js';
import { readSecret, type SecretLocation } from '../../../src/hosts/secrets.js';
import type { HostPool } from '../../../src/hosts/pool/host-pool.js';
import { currentDetails } from '../../../src/workflows/progress/current-details.js';
import { describeFailure } from '../../../src/workflows/running/failures.js';
import { hostOf, progressOf, stepOf } from '../../support/progress.js';
import { parse, textOf } from '../../support/hostile.js';
import { SecretSearch } from './secret-search.js';
import { TestSshd } from '../../support/test-sshd.js';

/**
 * A password that a real sshd refuses: the step's failure is what Temporal gets, what the live details of its UI show, and
 * what the terminal asks about. Of a run that goes well, test/scenarios/secrets/secrets.lab.test.ts looks at every byte.
 */

const password = `pass word "'$ ${randomBytes(12).toString('hex')}`;
const variable = 'SLIPWAY_TEST_REFUSED_PASSWORD';

let sshd: TestSshd;
let pool: HostPool;
let file: string;
beforeAll(async () => {
  sshd = await TestSshd.start();
  pool = new SharedHostPool({ stateFolder: join(sshd.folder, 'state') });
  file = join(sshd.folder, 'password');
  vi.stubEnv(variable, password);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await pool.closeAll();
  await sshd.remove();
});

/** @param logged hears what the worker writes into its log */
async function failureWith(location: SecretLocation, logged: (text: string) => void): Promise<unknown> {
  const run = copySshKey({ hosts: pool, jobs: new FakeJobs(), readSecret });
  const host = sshd.address({ privateKey: join(sshd.folder, 'stranger'), hostKey: sshd.hostKey('ed25519') });
  const input = { host, publicKeys: ['ssh-ed25519 AAAA'], password: location };
  const logger = new DefaultLogger('TRACE', (entry) => logged(inspect(entry, { depth: 20 })));
  return new MockActivityEnvironment({}, { logger }).run(run, input).catch((error: unknown) => error);
}

/** Every text, payloads included. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('utf8')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

it.each<[string, () => SecretLocation, RegExp]>([
  [
    'is refused, from the environment',
    () => ({ env: variable }),
    /accepts neither[^]*Correct the environment/,
  ],
  ['is refused, from a file', () => ({ file }), /accepts neither[^]*Correct \S*\/password,/],
  ['cannot be read', () => ({ file: `${file}/${variable}` }), /cannot be read by the worker \(ENOTDIR\)/],
])('a password that %s is nowhere in what is told of it', async (_, location, told) => {
  writeFileSync(file, password, { mode: 0o600 });
  const search = new SecretSearch([{ name: 'the password', secret: password }]);
  const failure = await failureWith(location(), (text) => search.look('log of the worker', text));
  rmSync(file);
  const { message, details } = describeFailure(failure);
  const question = { kind: 'decision', host: 'worker-1', step: 'copySshKey', message, ...details } as const;
  const steps = [stepOf('copySshKey', 'failed', message)];
  const progress = progressOf({ hosts: [hostOf('worker-1', steps, 'failed')], questions: [question] });
  const converted = new DefaultFailureConverter().errorToFailure(failure, defaultPayloadConverter);
  for (const text of textsIn(converted)) search.look('failure as Temporal gets it', text);
  // In Markdown a secret is written in yet another way.
  search.look('details in Temporal’s UI', textOf(parse(currentDetails(progress, 'cluster/blue'))));
  search.look('question in the terminal', failureText(question).join('\n'));
  expect(failureText(question).join('\n')).toMatch(told);
  expect(textsIn(converted).join()).toContain(message);
  expect(search.bytes).toBeGreaterThan(2_000);
  expect(search.findings).toEqual([]);
});
