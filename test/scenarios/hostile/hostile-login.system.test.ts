import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureText } from '../../../src/cli/questions/question-text.js';
import { toFailure } from '../../../src/activities/running/failures.js';
import { CommandFailedError } from '../../../src/hosts/errors.js';
import { SharedHostPool } from '../../../src/hosts/pool/shared-host-pool.js';
import { sh } from '../../../src/hosts/script.js';
import type { HostPool } from '../../../src/hosts/pool/host-pool.js';
import { describeFailure } from '../../../src/workflows/running/failures.js';
import { hostile, obeyed } from '../../support/hostile.js';
import { TestSshd } from '../../support/test-sshd.js';

/**
 * A real sshd that shows a banner full of escapes, and puts noise before and into every login: as a login shell does
 * whose start files print something. ForceCommand stands for the start files, because each shell has others.
 */

let folder: string;
let pool: HostPool;
let sshd: TestSshd | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-login-'));
  pool = new SharedHostPool({ stateFolder: join(folder, 'worker'), remoteStateFolder: join(folder, 'host') });
});
afterEach(async () => {
  await pool.closeAll();
  await sshd?.remove();
  rmSync(folder, { recursive: true });
});

const noise = fc
  .sample(hostile, 300)
  .map((text) => text.replace(/\0|\p{Surrogate}/gu, ''))
  .join('\n');

async function login(command: string) {
  writeFileSync(join(folder, 'noise'), noise);
  const lines = [`Banner ${join(folder, 'noise')}`, `ForceCommand cat ${join(folder, 'noise')}; ${command}`];
  sshd = await TestSshd.start({ extraConfig: lines.join('\n') });
  return await pool.connect(sshd.address());
}

describe('a login with a banner and noise of its own', () => {
  it('gives what scripts print and nothing else, byte by byte', async () => {
    const host = await login('exec sh -c "$SSH_ORIGINAL_COMMAND"');
    const text = `${noise}\n`;
    expect((await host.run(sh`cat`, { stdin: text })).stdout).toBe(text);
    expect((await host.run(sh`printf %s ${noise}`)).stdout).toBe(noise);
    expect(await host.bootId()).toMatch(/^[0-9a-f-]{36}$/);
    const path = join(folder, 'host', 'file');
    expect(await host.readFile(path)).toBeUndefined();
    expect(await host.writeFile(path, text)).toBe('written');
    expect(await host.writeFile(path, text)).toBe('unchanged');
    expect(await host.readFile(path)).toBe(text);
  });

  it('whose scripts fail with hostile words is shown as text that no terminal obeys', async () => {
    const host = await login('exec sh -c "$SSH_ORIGINAL_COMMAND"');
    for (const words of fc.sample(hostile, 40).map((text) => text.replace(/\0|\p{Surrogate}/gu, ''))) {
      const script = sh`printf '%s\\n' ${words} >&2; exit 7`;
      const error = await host.run(script, { what: 'try it' }).catch((failure: unknown) => failure);
      expect(error).toBeInstanceOf(CommandFailedError);
      const { message, details } = describeFailure(toFailure(error));
      const shown = { kind: 'decision', host: 'worker-1', step: 'gatherFacts', message, ...details } as const;
      expect(message).toContain('"try it" failed on worker-1 with exit code 7');
      expect(failureText(shown).join('\n')).not.toMatch(obeyed);
    }
  });

  it('that runs no command is told as such, by the host’s name', async () => {
    const host = await login('true');
    await expect(host.bootId()).rejects.toMatchObject({
      name: 'CommandFailedError',
      message: '"read the boot ID" was not run on worker-1: the login ended before it.',
    });
  });

  it('that refuses is told by its exit code and last words', async () => {
    const host = await login('echo; echo This account is not available.; exit 1');
    await expect(host.bootId()).rejects.toThrow(
      '"read the boot ID" failed on worker-1 with exit code 1: This account is not available.',
    );
  });
});
