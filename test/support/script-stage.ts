import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Script } from '../../src/hosts/script.js';

/**
 * A temporary folder in which scripts for hosts run for real. Commands that would reach beyond it are replaced, and any
 * of the counted ones can be made the moment at which the script is ended with SIGKILL.
 */
export class ScriptStage {
  private constructor(readonly folder: string) {}

  /** @param counted commands that change anything: before each of them a script can be killed */
  static async open(counted: readonly string[]): Promise<ScriptStage> {
    const stage = new ScriptStage(await mkdtemp(join(tmpdir(), 'slipway-script-')));
    await mkdir(join(stage.folder, 'bin'));
    for (const name of counted)
      await stage.command(name, `${countAndDie}\nPATH=$REAL_PATH exec ${name} "$@"`);
    return stage;
  }

  /** Puts a command of the test's own before the real one; `$FOLDER` is this folder. */
  async command(name: string, text: string): Promise<void> {
    const path = join(this.folder, 'bin', name);
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
  }

  /** The same for a command that changes something. */
  async countedCommand(name: string, text: string): Promise<void> {
    await this.command(name, `${countAndDie}\n${text}`);
  }

  within(path: string): string {
    return join(this.folder, path);
  }

  /** Runs a script to its end, or until it kills itself before the counted command of this number. */
  async run(script: Script | string, die = 0): Promise<{ code: number | null; output: string }> {
    await writeFile(this.within('count'), '0');
    const path = process.env['PATH'] ?? '';
    const child = spawn('sh', ['-c', `set -eu\n${String(script)}`], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        FOLDER: this.folder,
        DIE: String(die),
        REAL_PATH: path,
        PATH: `${this.within('bin')}${delimiter}${path}`,
      },
    });
    let output = '';
    child.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
    child.stderr.on('data', (piece: Buffer) => (output += piece.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  }

  /** Standard output of shell text with the real commands, in the folder. @throws Error when it fails */
  async plain(text: string): Promise<string> {
    const { code, output } = await this.run(`PATH=$REAL_PATH; cd "$FOLDER"; ${text}`);
    if (code !== 0) throw new Error(output);
    return output;
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

const countAndDie = `number=$(( $(cat "$FOLDER/count") + 1 )); echo "$number" > "$FOLDER/count"
if [ "$number" = "$DIE" ]; then kill -9 0; fi`;
