import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.js';
import { runProgram } from '../../src/cli/program.js';
import { RecordingTerminal } from './recording-terminal.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-program-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function slipway(...words: string[]): Promise<RecordingTerminal & { code: number }> {
  const terminal = new RecordingTerminal();
  const code = await runProgram(words, terminal);
  return Object.assign(terminal, { code });
}

function fileOf(text: string): string {
  const file = join(folder, 'cluster.yaml');
  writeFileSync(file, text);
  return file;
}

const good = `
name: blue
hosts:
  - { name: cp, address: 192.0.2.1, roles: [control-plane, etcd, worker] }
`;

describe('slipway', () => {
  it('ends with 2 and one sentence where its own folder has a name that Ansible and ssh cannot take', async () => {
    vi.stubEnv('SLIPWAY_HOME', join(folder, "it's mine"));
    const { code, errors } = await slipway('plan', fileOf(good));
    vi.unstubAllEnvs();
    expect(code).toBe(exitCodes.invalidInput);
    expect(errors).toMatch(/^Slipway's folder \S+\/it's mine must hold only [^\n]*\n?$/);
  });

  it('lists the releases of Kubespray, also as JSON', async () => {
    const { code, output } = await slipway('releases');
    expect(code).toBe(exitCodes.ok);
    expect(output).toMatch(/^Release +Kubernetes +Ansible +Python +Ubuntu +Debian +Notes\n/);
    expect(output).toMatch(
      /^v2\.24\.1 +1\.26–1\.28\.6 +8\.5\.0 +3\.9–3\.11 +20\.04, 22\.04 +10, 11, 12 +.*the document's$/m,
    );
    const { output: json } = await slipway('releases', '--json');
    expect(JSON.parse(json)).toContainEqual(expect.objectContaining({ name: 'v2.31.0', cgroupV1: false }));
    expect(JSON.parse(json)).toContainEqual(
      expect.objectContaining({ name: 'v2.28.1', installable: ['1.32.8', '1.31.12', '1.30.14'] }),
    );
  });

  it('documents its exit codes and gives examples for every command', async () => {
    const { output } = await slipway('--help');
    expect(output).toMatch(/Exit codes:\n {2}0 {4}done.*130 {2}interrupted/s);
    const commands = [...output.matchAll(/^ {2}([a-z]+) (\[options\] )?[<[]?/gm)].map(
      ([, name]) => name ?? '',
    );
    const own = commands.filter((name) => name !== 'lab' && name !== 'help');
    expect(own).toEqual(
      expect.arrayContaining(['up', 'plan', 'approve', 'deny', 'retry', 'skip', 'abort', 'status']),
    );
    for (const name of own) {
      const help = await slipway(name, '--help');
      expect(help.code).toBe(exitCodes.ok);
      expect(help.output).toContain(`\nExamples:\n  `);
    }
  });

  it.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [['up'], "missing required argument 'file'"],
    [['up', 'a.yaml', '--on-failure', 'cry'], 'Allowed choices are wait, abort'],
    [['approve', 'blue'], "required option '--plan <digest>' not specified"],
    [['approve', 'blue', '--plan', 'sha256:12'], 'It must be sha256: and 64 hex digits'],
    [['server', '--port', '99999'], 'It must be a number from 1 to 65535'],
  ])('ends with 2 for %j', async (words, message) => {
    const { code, errors } = await slipway(...words);
    expect(code).toBe(exitCodes.invalidInput);
    expect(errors).toContain(message);
  });

  it('tells every problem of cluster.yaml at once, with its place, and ends with 2', async () => {
    const file = fileOf(
      'name: Blue\nhostz: []\nhosts:\n  - { name: a, address: 192.0.2.1, roles: [boss] }\n',
    );
    for (const command of ['up', 'plan', 'spec', 'verify']) {
      const { code, errors } = await slipway(command, file);
      expect(code).toBe(exitCodes.invalidInput);
      expect(errors).toContain(`${file}:1:7 name: must be lower-case`);
      expect(errors).toContain(`${file}:2:1 hostz: `);
      expect(errors).toContain(`${file}:4:`);
    }
  });

  it('says that a file is not there', async () => {
    const { code, errors } = await slipway('up', join(folder, 'none.yaml'));
    expect({ code, errors }).toEqual({
      code: exitCodes.invalidInput,
      errors: `${join(folder, 'none.yaml')}: there is no such file\n`,
    });
  });

  it('prints the checked specification as the argument of the workflow', async () => {
    const { code, output } = await slipway('spec', fileOf(good), '--json');
    expect(code).toBe(exitCodes.ok);
    expect(JSON.parse(output)).toMatchObject({
      name: 'blue',
      controlHost: 'local',
      hosts: [{ name: 'cp', port: 22 }],
    });
  });

  it('passes no terminal sequence of a file on', async () => {
    const { errors } = await slipway('spec', fileOf('name: "\\e]0;title\\a\\e[2J"\n'));
    expect(errors.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
