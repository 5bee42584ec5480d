import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { confirmHostKeys } from '../../../src/cli/questions/confirm-host-keys.js';
import { exitCodes } from '../../../src/cli/terminal/exit-codes.js';
import { lookAtHosts } from '../../../src/cli/running/look-at-hosts.js';
import { runProgram } from '../../../src/cli/program.js';
import type { Prompts } from '../../../src/cli/questions/prompts.js';
import {
  specificationSchema,
  type SpecificationInput,
} from '../../../src/cluster/specification/specification.js';
import { SharedHostPool } from '../../../src/hosts/pool/shared-host-pool.js';
import { knownHostsFile } from '../../../src/hosts/ssh/known-hosts.js';
import { PasswordServer } from '../../support/password-server.js';
import { RecordingTerminal } from '../../support/recording-terminal.js';

/** Two hosts that want the password of the fleet; whether they are the operator's own nobody has said. */

const password = 'the password of the fleet';

let folder: string;
let servers: [PasswordServer, PasswordServer];
let ports: [number, number];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-host-keys-'));
  vi.stubEnv('SLIPWAY_HOME', join(folder, 'home'));
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')]);
  writeFileSync(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
  servers = [new PasswordServer('password', 'another'), new PasswordServer('password', 'another')];
  ports = [await servers[0].listen(), await servers[1].listen()];
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

function aSpecification(
  stated: { readonly first?: string; readonly second?: string } = {},
): SpecificationInput {
  const address = '127.0.0.1';
  return {
    name: 'blue',
    ssh: {
      privateKey: { file: join(folder, 'key') },
      bootstrapPassword: { file: join(folder, 'password') },
    },
    hosts: [
      { name: 'cp', address, port: ports[0], roles: ['control-plane', 'etcd'], hostKey: stated.first },
      { name: 'w', address, port: ports[1], roles: ['worker'], hostKey: stated.second },
    ],
  };
}

function fileOf(specification: SpecificationInput): string {
  const file = join(folder, 'cluster.json');
  writeFileSync(file, JSON.stringify(specification));
  return file;
}

const heard = () => servers.flatMap((server) => server.heard);

function pinned(): string {
  const file = knownHostsFile(join(folder, 'home'), 'blue');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** A person who gives this answer. @returns what was asked, and how it ended */
async function ask(specification: SpecificationInput, answer: boolean | undefined) {
  const asked: string[] = [];
  const prompts: Prompts = {
    confirm: async (message) => Promise.resolve((asked.push(message), answer)),
    choose: async () => Promise.reject(new Error('nothing is to be chosen')),
  };
  const terminal = new RecordingTerminal(true);
  const end = await confirmHostKeys({
    ...{ specification: specificationSchema.parse(specification), terminal, prompts },
    signal: new AbortController().signal,
  }).catch((error: unknown) => error);
  return { asked, shown: terminal.output, end };
}

/** What `plan` does next. */
async function look(specification: SpecificationInput): Promise<void> {
  const pool = new SharedHostPool({ stateFolder: join(folder, 'home') });
  await lookAtHosts(specificationSchema.parse(specification), pool);
  await pool.closeAll();
}

describe('without a terminal', () => {
  it.each([['plan'], ['up', '--yes', '--worker']])('%s refuses, and says what to do', async (...words) => {
    vi.stubEnv('TEMPORAL_ADDRESS', '');
    const [command, ...options] = words as [string, ...string[]];
    const terminal = new RecordingTerminal();
    const code = await runProgram([command, fileOf(aSpecification()), ...options], terminal);
    expect(heard()).toEqual([]);
    expect(pinned()).toBe('');
    expect(code).toBe(exitCodes.invalidInput);
    const [first = '', ...lines] = terminal.errors.slice(terminal.errors.indexOf('The password')).split('\n');
    expect(first).toBe(
      'The password was not sent to 2 hosts, because nobody has confirmed the host key: cp, w. ' +
        "Another machine may be answering there. Compare each fingerprint with the host's own " +
        "(cat /etc/ssh/ssh_host_*_key.pub | ssh-keygen -lf -), then put its line into the host's entry in " +
        'cluster.yaml, or run the command at a terminal and confirm.',
    );
    expect(lines).toEqual([
      `  cp (127.0.0.1, port ${ports[0]}): ssh-ed25519 ${servers[0].fingerprint}`,
      `    hostKey: ${servers[0].hostKey}`,
      `  w (127.0.0.1, port ${ports[1]}): ssh-ed25519 ${servers[1].fingerprint}`,
      `    hostKey: ${servers[1].hostKey}`,
      '',
    ]);
  });

  it('the password goes where the key is stated, and nowhere else', async () => {
    const terminal = new RecordingTerminal();
    await runProgram(['plan', fileOf(aSpecification({ first: servers[0].hostKey }))], terminal);
    expect(terminal.errors).toContain(
      'was not sent to 1 host, because nobody has confirmed the host key: w.',
    );
    expect(heard()).toEqual([]);
    const all = aSpecification({ first: servers[0].hostKey, second: servers[1].hostKey });
    await runProgram(['plan', fileOf(all)], terminal);
    expect(heard()).toEqual([password, password]);
  });
});

describe('at a terminal', () => {
  it('all keys are shown in one question, and after a yes they are pinned and the password goes there', async () => {
    const { asked, shown, end } = await ask(aSpecification(), true);
    expect(asked).toEqual([
      'Are these the keys of your 2 hosts? Yes pins them, and the password may be sent there. No ends here.',
    ]);
    expect(shown.split('\n')).toEqual([
      'Host keys that nobody has confirmed',
      `  cp (127.0.0.1, port ${ports[0]}): ssh-ed25519 ${servers[0].fingerprint}`,
      `  w (127.0.0.1, port ${ports[1]}): ssh-ed25519 ${servers[1].fingerprint}`,
      '  A host tells its own, at its console: cat /etc/ssh/ssh_host_*_key.pub | ssh-keygen -lf -',
      '',
    ]);
    expect(end).toBeUndefined();
    expect(heard()).toEqual([]);
    expect(pinned().split('\n').sort()).toEqual(
      ['', ...servers.map(({ hostKey }, index) => `[127.0.0.1]:${ports[index] ?? 0} ${hostKey}`)].sort(),
    );
    await look(aSpecification());
    expect(heard()).toEqual([password, password]);
    expect((await ask(aSpecification(), false)).asked).toEqual([]);
  });

  it.each([
    ['no', false, exitCodes.denied],
    ['Ctrl-C', undefined, exitCodes.interrupted],
  ])('after %s nothing is pinned and nothing sent', async (_, answer, exitCode) => {
    const { end } = await ask(aSpecification(), answer);
    expect(end).toMatchObject({
      message: 'No host key was confirmed, so no password was sent.',
      exitCode,
    });
    await look(aSpecification());
    expect(heard()).toEqual([]);
    expect(pinned()).toBe('');
  });

  it('only hosts that refuse the key are asked about', async () => {
    servers[0].takesEveryKey = true;
    const { shown, asked } = await ask(aSpecification(), true);
    expect(asked).toEqual([
      'Is this the key of your host? Yes pins it, and the password may be sent there. No ends here.',
    ]);
    expect(shown).not.toContain('cp (');
    expect(shown).toContain('w (');
  });

  it('nothing is asked, and no host contacted, where no password is given', async () => {
    const { ssh, ...rest } = aSpecification();
    const { asked, end } = await ask({ ...rest, ssh: { privateKey: ssh?.privateKey } }, false);
    expect({ asked, end }).toEqual({ asked: [], end: undefined });
    expect(servers.flatMap(({ connections }) => connections)).toEqual([]);
  });
});
