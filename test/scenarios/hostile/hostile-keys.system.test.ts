import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { copySshKey } from '../../../src/activities/step-03-ssh-access/copy-ssh-key.js';
import { FakeJobs } from '../../fakes/fake-jobs.js';
import { fingerprint, hostKeyFromWire, hostKeyText } from '../../../src/hosts/host-key.js';
import { local, runStep } from '../../support/control-host.js';
import { canary, commands } from './hostile-inputs.js';
import { SealedMachine } from '../../support/sealed-machine.js';

let machine: SealedMachine;
beforeEach(() => {
  machine = SealedMachine.open();
});
afterEach(() => {
  machine.remove();
});

function aKey() {
  const part = (data: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, data.length]), data]);
  return hostKeyFromWire(Buffer.concat([part(Buffer.from('ssh-ed25519')), part(randomBytes(32))]));
}

it('appends each key as one line that ssh-keygen reads, whatever its comment says', async () => {
  const keys = fc.sample(commands, 60).map((comment) => ({ key: aKey(), comment }));
  const stranger = hostKeyText(aKey());
  const publicKeys = keys.map(({ key, comment }) => `${hostKeyText(key)} ${comment}\n${stranger} ${comment}`);
  machine.answer({ text: 'root:x:0:0:root:/root:/bin/sh\n', code: 0 });
  const hosts = { connect: async () => Promise.resolve(machine), closeAll: async () => Promise.resolve() };
  const activity = copySshKey({ hosts, jobs: new FakeJobs(), readSecret: async () => Promise.resolve('') });
  await runStep(activity, { host: local, publicKeys });
  const file = machine.within('/root/.ssh/authorized_keys');
  const [first, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(first).toBe('# keys');
  expect(lines.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(keys.map(({ key }) => hostKeyText(key)));
  const read = execFileSync('ssh-keygen', ['-l', '-f', file]).toString('utf8').trimEnd().split('\n');
  expect(read.map((line) => line.split(' ')[1])).toEqual(keys.map(({ key }) => fingerprint(key)));
  expect(machine.found(canary)).toEqual([]);
}); // prettier-ignore
