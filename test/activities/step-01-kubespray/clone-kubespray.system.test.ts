import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cloneKubespray } from '../../../src/activities/step-01-kubespray/clone-kubespray.js';
import {
  cluster,
  git,
  local,
  makeControlHost,
  makeRepository,
  runStep,
  type ControlHost,
} from '../../support/control-host.js';

let control: ControlHost;
let repository: string;
let runs = 0;

beforeEach(async () => {
  control = await makeControlHost();
  repository = join(control.folder, 'repository');
  await makeRepository(repository, { 'requirements.txt': 'one\n' }, ['v2.24.1']);
  await makeRepository(repository, { 'requirements.txt': 'two\n' }, ['v2.25.0']);
});
afterEach(() => control.remove());

function clone(ref: string, from = repository) {
  const jobKey = `clone-${(runs += 1)}`;
  return runStep(cloneKubespray(control.dependencies), {
    host: local,
    cluster,
    jobKey,
    repository: from,
    ref,
  });
}
const requirements = () => readFile(join(control.folders.kubespray, 'requirements.txt'), 'utf8');

describe('cloning Kubespray', () => {
  it('checks out the tag, and leaves a checkout that is right alone', async () => {
    const commit = git(repository, 'rev-parse', 'v2.24.1');
    const first = await clone('v2.24.1');
    expect(first).toMatchObject({ outcome: 'changed', commit, folder: control.folders.kubespray });
    expect(await requirements()).toBe('one\n');
    expect(await clone('v2.24.1')).toMatchObject({ outcome: 'unchanged', commit });
  });

  it('changes to another tag in the same folder', async () => {
    await clone('v2.24.1');
    expect(await clone('v2.25.0')).toMatchObject({ outcome: 'changed' });
    expect(await requirements()).toBe('two\n');
    expect(await clone('v2.25.0')).toMatchObject({ outcome: 'unchanged' });
  });

  it('does not follow a branch that has moved on', async () => {
    expect(await clone('master')).toMatchObject({ outcome: 'changed' });
    await makeRepository(repository, { 'requirements.txt': 'three\n' });
    expect(await clone('master')).toMatchObject({ outcome: 'unchanged' });
    expect(await requirements()).toBe('two\n');
  });

  it('begins anew where an attempt was cut off', async () => {
    await mkdir(join(`${control.folders.kubespray}.part`, '.git'), { recursive: true });
    await clone('v2.24.1');
    expect(await requirements()).toBe('one\n');
    expect(existsSync(`${control.folders.kubespray}.part`)).toBe(false);
  });

  it('refuses a checkout with local changes and keeps them', async () => {
    await clone('v2.24.1');
    await writeFile(join(control.folders.kubespray, 'requirements.txt'), 'mine\n');
    for (const ref of ['v2.24.1', 'v2.25.0']) {
      await expect(clone(ref)).rejects.toMatchObject({
        type: 'RefusedError',
        nonRetryable: true,
        message: expect.stringContaining('has local changes') as string,
      });
    }
    expect(await requirements()).toBe('mine\n');
  });

  it('refuses a folder that is no checkout, and one of another repository', async () => {
    await mkdir(control.folders.kubespray, { recursive: true });
    await writeFile(join(control.folders.kubespray, 'file'), 'mine');
    await expect(clone('v2.24.1')).rejects.toThrow('is no Git checkout');
    expect(existsSync(join(control.folders.kubespray, 'file'))).toBe(true);

    await rm(control.folders.kubespray, { recursive: true });
    await clone('v2.24.1');
    const other = await makeRepository(join(control.folder, 'other'), { a: '' }, ['v2.24.1']);
    await expect(clone('v2.24.1', other)).rejects.toThrow('another repository');
  });

  it('says that there is no such tag, at once', async () => {
    const start = Date.now();
    await expect(clone('v9.9.9')).rejects.toThrow(
      `Kubespray v9.9.9 could not be cloned from ${repository} on control: it has no branch or tag of this name.`,
    );
    expect(Date.now() - start).toBeLessThan(9_000);
    expect(existsSync(control.folders.kubespray)).toBe(false);
  });

  it("gives git's own words when the repository cannot be read, and never asks for a password", async () => {
    await expect(clone('v2.24.1', join(control.folder, 'nowhere'))).rejects.toMatchObject({
      type: 'CommandFailedError',
      message: expect.stringContaining('could not be cloned') as string,
      details: [{ output: expect.stringContaining('nowhere') as string }],
    });
  });
});

describe('cloning a private repository over SSH', () => {
  afterEach(() => vi.unstubAllEnvs());

  /** Puts a command in the place of ssh, for a user who has an agent and a command of their own in the environment. */
  async function sshIs(script: string): Promise<string> {
    const commands = join(control.folder, 'commands');
    await mkdir(commands);
    await writeFile(join(commands, 'ssh'), `#!/bin/sh\n${script}`, { mode: 0o755 });
    vi.stubEnv('PATH', `${commands}:${process.env['PATH']}`);
    vi.stubEnv('SSH_AUTH_SOCK', '/run/agent');
    vi.stubEnv('GIT_SSH_COMMAND', 'ssh -i /root/another-key');
    return `ssh://git@git.invalid${repository}`;
  }

  it('uses what is in ~/.ssh, without an agent, and never asks', async () => {
    const seen = join(control.folder, 'seen');
    const url = await sshIs(`{ echo "$*"; env; } >> ${seen}\nfor last; do :; done\nexec sh -c "$last"\n`);
    await clone('v2.24.1', url);
    expect(await requirements()).toBe('one\n');
    const text = await readFile(seen, 'utf8');
    expect(text).toMatch(/^-o BatchMode=yes .*git@git\.invalid git-upload-pack/);
    expect(text).toContain(`HOME=${process.env['HOME']}`);
    expect(text).not.toMatch(/agent|another-key/);
  });

  it('says what is missing when it is not let in', async () => {
    const url = await sshIs('echo "git@git.invalid: Permission denied (publickey)." >&2\nexit 255\n');
    await expect(clone('v2.24.1', url)).rejects.toMatchObject({
      message: expect.stringContaining('control: git@git.invalid: Permission denied (publickey).') as string,
      details: [{ advice: expect.stringContaining('Put a deploy key') as string }],
    });
  });
});
