import { Command, InvalidArgumentError } from 'commander';

import {
  buildMirror,
  checkMirror,
  findMirrorRelease,
  imageReference,
  mirrorProblems,
  storedParts,
  type StoredPart,
} from '../../lab/index.js';
import { CommandError } from '../terminal/errors.js';
import { jsonText } from '../terminal/json-text.js';

interface ReleaseOption {
  readonly release?: string;
}

/** `slipway lab mirror …`: what a release of Kubespray downloads, built and served on this machine. */
export function labMirrorCommand(
  guarded: <T>(action: (options: T) => Promise<void>) => (options: T) => Promise<void>,
): Command {
  const mirror = new Command('mirror')
    .description(
      'Build and serve what a release of Kubespray downloads, for lab machines that reach nothing.',
    )
    .exitOverride();
  mirror
    .command('list', { isDefault: true })
    .description('show the parts: real or stand-in, from where, by which name, how big')
    .option('--json', 'print JSON')
    .action(guarded(list));
  mirror
    .command('build')
    .description(
      'build the parts that are missing (once: some 15 minutes and 8 GB, most of which are given back)',
    )
    .option('--jobs <number>', 'how many packages Go compiles at a time', jobs, 2)
    .action(guarded(build));
  mirror
    .command('check')
    .description('compare every file with the digest it was made with')
    .action(guarded(check));
  for (const command of mirror.commands) {
    command.option('--release <tag>', 'of Kubespray; default: the newest that the mirror knows');
  }
  return mirror;
}

function jobs(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('It must be a whole number from 1 on.');
}

async function list({ release: name, json }: ReleaseOption & { readonly json?: boolean }): Promise<void> {
  const release = findMirrorRelease(name);
  const rows = (await storedParts(release)).map(described);
  if (json) {
    process.stdout.write(`${jsonText({ release: release.name, parts: rows }, 2)}\n`);
    return;
  }
  process.stdout.write(`Mirror for Kubespray ${release.name}\n`);
  for (const { name: part, version, releaseVersion, nature, size, servedAs, remark } of rows) {
    const instead = version === releaseVersion ? '' : ` instead of ${releaseVersion}`;
    const state = size === undefined ? 'not built' : megabytes(size);
    process.stdout.write(
      `${part.padEnd(24)} ${nature.padEnd(9)} ${state.padStart(9)}  ${version}${instead}\n` +
        `${' '.repeat(24)} ${servedAs}${remark === undefined ? '' : `\n${' '.repeat(24)} ${remark}`}\n`,
    );
  }
}

function described({ part, record }: StoredPart) {
  const { name, version, releaseVersion, nature, remark, delivery } = part;
  return {
    name,
    version,
    releaseVersion,
    nature,
    servedAs: delivery.kind === 'file' ? delivery.path : imageReference(delivery),
    remark,
    size: record?.files.reduce((sum, file) => sum + file.size, 0),
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function build(options: ReleaseOption & { readonly jobs: number }): Promise<void> {
  const problems = await mirrorProblems();
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  const release = findMirrorRelease(options.release);
  await buildMirror(release, {
    jobs: options.jobs,
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  process.stdout.write(`The mirror for Kubespray ${release.name} is complete.\n`);
}

async function check(options: ReleaseOption): Promise<void> {
  const release = findMirrorRelease(options.release);
  const problems = await checkMirror(await storedParts(release));
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
  process.stdout.write(`Every file of the mirror for Kubespray ${release.name} is as it was made.\n`);
}
