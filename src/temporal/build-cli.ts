import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { GetCliOptions } from './download-cli.js';

const module = 'github.com/temporalio/cli/cmd/temporal';
/** Milliseconds between two lines of progress. */
const progressInterval = 10_000;

/**
 * Builds the `temporal` command from its published Go module, into a folder beside `target`, then renames it there.
 * @throws Error when there is no Go, or the build fails
 */
export async function buildTemporalCli({ target, version, environment, say }: GetCliOptions): Promise<void> {
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(join(dirname(target), 'build-'));
  const began = Date.now();
  const timer = setInterval(() => {
    say(`Temporal CLI: building for ${Math.round((Date.now() - began) / 1000)} s (3 to 6 minutes, once)`);
  }, progressInterval);
  try {
    say(`Temporal CLI: go install ${module}@v${version}`);
    await goInstall(`${module}@v${version}`, { ...environment, GOBIN: folder });
    renameSync(join(folder, 'temporal'), target);
  } finally {
    clearInterval(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function goInstall(what: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const go = spawn('go', ['install', what], { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  go.stderr.setEncoding('utf8').on('data', (piece: string) => {
    output = (output + piece).slice(-2_000);
  });
  await new Promise<void>((resolve, reject) => {
    go.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? new Error('there is no go command') : error);
    });
    go.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`exit code ${code}: ${output.trim().split('\n').slice(-5).join(' | ')}`));
    });
  });
}
