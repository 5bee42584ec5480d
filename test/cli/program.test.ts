import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exitCodes } from '../../src/cli/terminal/exit-codes.js';
import { runProgram } from '../../src/cli/program.js';
import { RecordingTerminal } from '../support/recording-terminal.js';

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

function fileOf(text: string | Buffer): string {
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
    expect(output).toMatch(/^Release +Kubernetes +Ansible +Python +Ubuntu +Debian +Note\n/);
    expect(output).toMatch(
      /^v2\.24\.1 +1\.26–1\.28\.6 +8\.5\.0 +3\.9–3\.11 +20\.04, 22\.04 +10, 11, 12 +a$/m,
    );
    expect(output).toContain("The document's is v2.24.1.");
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

  it('says what a file is that holds no text', async () => {
    const link = join(folder, 'link');
    symlinkSync(link, link);
    const saysOf = async (file: string) => {
      const { code, errors } = await slipway('spec', file);
      expect(code).toBe(exitCodes.invalidInput);
      return errors.replace(`${file}: `, '').trimEnd();
    };
    expect(await saysOf(folder)).toBe('is a folder');
    expect(await saysOf(link)).toBe('its symbolic links lead in a circle');
    expect(await saysOf(join(fileOf(good), 'x'))).toBe('a part of this path is no folder');
    const utf16 = Buffer.from(`\uFEFF${good}`, 'utf16le');
    for (const bytes of [utf16, utf16.subarray(2), Buffer.from('name: b\u00FCro\n', 'latin1')]) {
      expect(await saysOf(fileOf(bytes))).toBe('is not UTF-8');
    }
    expect(await slipway('spec', fileOf(`\uFEFF${good}`))).toMatchObject({ code: exitCodes.ok });
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

  it('concludes nothing from hosts that it could not read, and names them first', async () => {
    vi.stubEnv('SLIPWAY_HOME', join(folder, 'home'));
    const key = join(folder, 'none');
    const file = fileOf(`
name: blue
ssh: { privateKey: { file: ${key} } }
controlHost: { address: 127.0.0.1, port: 1 }
hosts:
  - { name: cp, address: 127.0.0.1, port: 1, roles: [control-plane, etcd] }
  - { name: w, address: 127.0.0.1, port: 2, roles: [worker] }
`);
    const text = await slipway('plan', file);
    const json = await slipway('plan', file, '--json');
    vi.unstubAllEnvs();
    expect(text.code).toBe(exitCodes.failed);
    expect(text.errors).toBe('');
    expect(text.output).toMatch(
      /^Not looked at\n {2}control host: The private key \S+ for control host cannot be read \(ENOENT\)\.\n {2}cp: .*\n {2}w: .*\n\nPlan for cluster blue\n/,
    );
    expect(text.output).toContain(
      'Kubespray v2.31.0. It is the newest known release; the specification names none, and no machine could be read.\n',
    );
    expect(text.output).toContain('warning control-plane-count: is 1 control plane;');
    expect(text.output).toMatch(
      /\nApproval\n {2}Cannot be told, because 2 hosts were not looked at: cp, w\.\n$/,
    );

    expect(json.code).toBe(exitCodes.failed);
    expect(JSON.parse(json.output)).toMatchObject({
      digest: null,
      unread: [
        { host: 'control host', isNode: false, why: expect.stringContaining('ENOENT') as string },
        { host: 'cp', isNode: true },
        { host: 'w', isNode: true },
      ],
    });
  });

  it('ends with 4 and one line where a setting of Temporal is wrong', async () => {
    vi.stubEnv('TEMPORAL_PROFILE', 'nope');
    vi.stubEnv('TEMPORAL_CONFIG_FILE', '');
    const words = [['up', fileOf(good)], ['status', 'blue'], ['retry', 'blue', '--host', 'cp'], ['worker']];
    const ends = [];
    for (const each of words) ends.push(await slipway(...each));
    vi.unstubAllEnvs();
    for (const { code, errors } of ends) {
      expect({ code, errors }).toEqual({
        code: exitCodes.unreachable,
        errors: expect.stringMatching(/^TEMPORAL_PROFILE is "nope", and [^\n]+\n$/) as string,
      });
    }
  });

  it('starts no Temporal server to show what nobody ever began, but one for a history that is there', async () => {
    const home = join(folder, 'home');
    vi.stubEnv('SLIPWAY_HOME', home);
    vi.stubEnv('TEMPORAL_ADDRESS', '');
    vi.stubEnv('TEMPORAL_CONFIG_FILE', join(folder, 'none.toml'));
    vi.stubEnv('TEMPORAL_CLI', '/nope');
    const fresh = await slipway('status', 'blue');
    const isMade = existsSync(home);
    mkdirSync(join(home, 'temporal'), { recursive: true });
    writeFileSync(join(home, 'temporal', 'temporal.db'), '');
    const used = await slipway('status', 'blue');
    vi.unstubAllEnvs();
    expect(fresh).toMatchObject({ code: exitCodes.unreachable, output: '' });
    expect(fresh.errors).toMatch(/^No Temporal server is running here, [^\n]+\n$/);
    expect(isMade).toBe(false);
    expect(used).toMatchObject({ code: exitCodes.unreachable });
    expect(used.errors).toContain('$TEMPORAL_CLI is /nope');
  });

  it('passes no terminal sequence of a file on', async () => {
    const { errors } = await slipway('spec', fileOf('name: "\\e]0;title\\a\\e[2J"\n'));
    expect(errors.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});
