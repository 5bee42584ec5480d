import { Command, InvalidArgumentError } from 'commander';
import { stringify } from 'yaml';

import {
  buildMirror,
  checkMirror,
  findMirrorRelease,
  imageReference,
  mirrorProblems,
  mirrorVariables,
  openLab,
  runningMirror,
  serveToLab,
  startMirror,
  storedParts,
  type Lab,
  type MirrorProcess,
  type StoredPart,
} from '../../lab/index.js';
import { CommandError } from '../terminal/errors.js';
import { catchInterruption, untilAborted } from '../terminal/interruption.js';
import { jsonText } from '../terminal/json-text.js';
import { existingLab } from './existing-lab.js';

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
  mirror
    .command('serve')
    .description(
      'serve the mirror to a lab from here, until Ctrl-C; `slipway lab up --mirror` does so beside it',
    )
    .option('--lab <name>', 'which lab, when there are several', 'default')
    .action(guarded(serve));
  mirror
    .command('variables')
    .description('print what `kubespray.variables` needs, while the mirror is served to the lab')
    .option('--lab <name>', 'which lab, when there are several', 'default')
    .action(guarded(variables));
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

async function serve(options: ReleaseOption & { readonly lab: string }): Promise<void> {
  const release = findMirrorRelease(options.release);
  const { folder } = await openLab({ name: options.lab });
  const there = await runningMirror(folder);
  if (there)
    throw new CommandError(`Process ${there.pid} serves the mirror to this lab already: ${there.url}`);
  const interruption = catchInterruption();
  try {
    const server = await serveToLab(folder, {
      release,
      onRequest: (line) => process.stdout.write(`${line}\n`),
    });
    process.stdout.write(`Mirror for Kubespray ${release.name}: ${server.url} (Ctrl-C stops it)\n`);
    await untilAborted(interruption.controller.signal);
    await server.close();
  } finally {
    interruption.release();
  }
}

async function variables(options: ReleaseOption & { readonly lab: string }): Promise<void> {
  const { folder } = await existingLab(options.lab);
  const running = await runningMirror(folder);
  if (!running) {
    throw new CommandError(
      `Nobody serves the mirror to the lab "${options.lab}", so it has no address yet. ` +
        'Start it with `slipway lab up --mirror` or `slipway lab mirror serve`.',
    );
  }
  const release = findMirrorRelease(running.release);
  const stored = await storedParts(release);
  process.stdout.write(stringify(mirrorVariables(release, { url: running.url, stored })));
}

/** Serves the mirror to a lab by a process of its own, which `slipway lab down` ends. */
export async function serveBeside(lab: Lab): Promise<MirrorProcess> {
  const program = [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
  return startMirror(lab.folder, [...program, 'lab', 'mirror', 'serve', '--lab', lab.name]);
}
