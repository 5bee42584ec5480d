import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, outputOf, run, say } from './run-command.mjs';

/**
 * Set-up that needs nothing but Node: every function looks first and does only what is missing.
 */

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inRoot = (...parts) => join(root, ...parts);

/** Ends with a message when this Node is older than package.json asks for. */
export function checkNode() {
  const wanted = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')).engines.node.replace('>=', '');
  const [major, minor] = wanted.split('.').map(Number);
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  fail(`Slipway needs Node ${wanted} or newer; this is ${process.versions.node}. See https://nodejs.org`);
}

/**
 * Installs the Debian and Ubuntu packages of the named groups of packages.json, as root.
 * @returns undefined when everything is there, else one sentence about what is missing and the line that installs it
 */
export async function installPackages(groups) {
  const lists = JSON.parse(readFileSync(inRoot('scripts', 'packages.json'), 'utf8'));
  const wanted = groups.flatMap((group) => lists[group]);
  if (outputOf('dpkg-query', ['--version']) === undefined) {
    return `This is not Debian or Ubuntu: install by hand what these packages hold: ${wanted.join(' ')}`;
  }
  const missing = missingPackages(wanted);
  if (missing.length === 0) return undefined;
  const line = `apt-get update && apt-get install --yes --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid() !== 0) return `Packages are missing. Run: sudo sh -c '${line}'`;
  say(`installing ${missing.length} packages: ${missing.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const command of line.split(' && ')) {
    const [program, ...words] = command.split(' ');
    const { code, output } = await run(program, words, { env, quiet: true });
    if (code !== 0) return `\`${command}\` failed with exit code ${code}:\n${lastLines(output)}`;
  }
  return undefined;
}

function missingPackages(wanted) {
  const format = '${db:Status-Status} ${Package}\\n';
  // dpkg-query fails as a whole when one package is unknown, so its answer for the others is read all the same.
  const known = outputOf('sh', [
    '-c',
    `dpkg-query --show --showformat='${format}' ${wanted.join(' ')} 2>/dev/null || true`,
  ]);
  const installed = new Set(
    (known ?? '')
      .split('\n')
      .filter((line) => line.startsWith('installed '))
      .map((line) => line.slice('installed '.length)),
  );
  return wanted.filter((name) => !installed.has(name));
}

/**
 * `npm ci` when node_modules is missing or holds other versions than the lock file. A registry that lacks optional
 * packages of other platforms makes `npm ci` refuse a lock file that is in order; `npm install` takes the same versions.
 */
export async function installModules() {
  if (modulesMatchLock()) return;
  say('installing Node packages (npm ci)');
  const flags = ['--no-audit', '--no-fund', '--prefix', root];
  const clean = await run('npm', ['ci', ...flags], { quiet: true });
  if (clean.code === 0) return;
  say('npm ci refuses the lock file here; npm install takes the same versions');
  const { code, output } = await run('npm', ['install', '--no-save', ...flags], { quiet: true });
  if (code === 0 && modulesMatchLock()) return;
  fail(
    `npm ci failed:\n${lastLines(clean.output)}\nnpm install failed too (exit code ${code}):\n${lastLines(output)}`,
  );
}

function lastLines(output) {
  return output.trim().split('\n').slice(-20).join('\n');
}

/** npm writes down what it installed; packages for other platforms may be missing there. */
function modulesMatchLock() {
  const installedFile = inRoot('node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const locked = packagesOf(inRoot('package-lock.json'));
  // The project itself, which is not installed.
  delete locked[''];
  const installed = packagesOf(installedFile);
  const asLocked = ([path, { version, optional }]) =>
    installed[path]?.version === version || (optional === true && installed[path] === undefined);
  return Object.entries(locked).every(asLocked) && Object.keys(installed).every((path) => path in locked);
}

/** Builds dist when it is missing or older than the sources. @returns whether dist is up to date now */
export async function build() {
  const made = newest(inRoot('dist'), (name) => name === 'workflow-bundle.js');
  const sources = Math.max(
    newest(inRoot('src')),
    ...['package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map(
      (name) => statSync(inRoot(name)).mtimeMs,
    ),
  );
  if (made > sources) return true;
  say('building');
  const { code } = await run('npm', ['run', '--silent', 'build', '--prefix', root]);
  return code === 0;
}

/** When the newest file of a folder was written, in milliseconds since 1970; 0 for none. */
function newest(folder, matches = () => true) {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && matches(entry.name),
  );
  return Math.max(0, ...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs));
}

/** The Temporal CLI; to be called when dist is there. @returns undefined, or why there is none */
export async function getTemporalCli() {
  const { findTemporalCli } = await import('../dist/temporal/find-cli.js');
  try {
    await findTemporalCli({ onProgress: say });
    return undefined;
  } catch (error) {
    return error.message;
  }
}
