import { spawn, spawnSync } from 'node:child_process';

/** Runs a program with its output on this terminal. Resolves with its exit code; 127 where there is no such program. */
export async function run(command, words, { env = process.env, quiet = false } = {}) {
  const child = spawn(command, words, {
    env,
    stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => (output += piece));
  return new Promise((resolve) => {
    child.on('error', () => resolve({ code: 127, output }));
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 1), output }));
  });
}

/** What a program prints, or undefined when it fails or does not exist. */
export function outputOf(command, words) {
  const { status, stdout } = spawnSync(command, words, { encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

/** A line that tells a person what happens now. */
export function say(text) {
  console.log(`==> ${text}`);
}

/** Ends the script with a message for a person. */
export function fail(text, code = 1) {
  console.error(text);
  process.exit(code);
}
