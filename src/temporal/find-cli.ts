import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { buildTemporalCli } from './build-cli.js';
import { cacheFolder } from '../local/cache-folder.js';
import { downloadTemporalCli } from './download-cli.js';
import { withFileLock } from '../local/file-lock.js';

/** The one version that is downloaded or built; its development server and Web UI are what Slipway is tested with. */
export const temporalCliVersion = '1.5.1';

/** How the `temporal` command was come by. */
export type TemporalCliSource = '$TEMPORAL_CLI' | 'PATH' | 'cache' | 'download' | 'go install';

export interface TemporalCli {
  /** Absolute path of the executable. */
  readonly path: string;
  readonly source: TemporalCliSource;
}

export interface FindCliOptions {
  /** Told which command is used and how a download or build goes on, a line each. Default: nobody. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** Default: the process's environment. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Only looks; never downloads or builds. Default false. */
  readonly lookOnly?: boolean;
}

/** There is no `temporal` command, and none could be got. The message lists what was tried. */
export class TemporalCliNotFoundError extends Error {
  override readonly name = 'TemporalCliNotFoundError';
}

/**
 * Finds the `temporal` command: $TEMPORAL_CLI, PATH, Slipway's cache; then gets it, by Temporal's own download or
 * else by `go install` (3–6 minutes), into the cache. Two processes never get it twice.
 * @throws TemporalCliNotFoundError
 */
export async function findTemporalCli(options: FindCliOptions = {}): Promise<TemporalCli> {
  const { onProgress, environment = process.env } = options;
  const folder = join(cacheFolder(environment), `temporal-cli-${temporalCliVersion}`);
  const target = join(folder, 'temporal');
  const found =
    look(environment, target) ??
    (options.lookOnly === true ? undefined : await get({ target, folder, environment, onProgress }));
  if (found === undefined) throw notFound([`$TEMPORAL_CLI`, 'PATH', target]);
  onProgress?.(`Temporal CLI: ${found.path} (${found.source})`);
  return found;
}

function look(environment: NodeJS.ProcessEnv, cached: string): TemporalCli | undefined {
  const named = environment['TEMPORAL_CLI'];
  if (named) {
    if (isExecutable(named)) return { path: named, source: '$TEMPORAL_CLI' };
    throw new TemporalCliNotFoundError(
      `$TEMPORAL_CLI is ${named}, which is not an executable file. Correct it, or unset it.`,
    );
  }
  for (const directory of (environment['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, 'temporal');
    if (directory !== '' && isExecutable(path)) return { path, source: 'PATH' };
  }
  return isExecutable(cached) ? { path: cached, source: 'cache' } : undefined;
}

interface GetOptions {
  readonly target: string;
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly onProgress: ((line: string) => void) | undefined;
}

async function get({ target, folder, environment, onProgress }: GetOptions): Promise<TemporalCli> {
  const say = onProgress ?? (() => undefined);
  const work = async (): Promise<TemporalCli> => {
    if (isExecutable(target)) return { path: target, source: 'cache' };
    const tried: string[] = ['$TEMPORAL_CLI: not set', 'PATH: no temporal in it', `cache: no ${target}`];
    const ways = { download: downloadTemporalCli, 'go install': buildTemporalCli } as const;
    for (const [source, way] of Object.entries(ways)) {
      try {
        await way({ target, version: temporalCliVersion, environment, say });
        return { path: target, source: source as keyof typeof ways };
      } catch (error) {
        tried.push(`${source}: ${error instanceof Error ? error.message : String(error)}`);
        say(`Temporal CLI: ${tried.at(-1)}`);
      }
    }
    throw notFound(tried);
  };
  return withFileLock(`${folder}.lock`, work, () => {
    say('Temporal CLI: another process is getting it already; waiting for it');
  });
}

function notFound(tried: readonly string[]): TemporalCliNotFoundError {
  return new TemporalCliNotFoundError(
    `No Temporal CLI was found or could be got. Tried:\n${tried.map((line) => `  ${line}`).join('\n')}\n` +
      `Install it (https://docs.temporal.io/cli) or Go, or set TEMPORAL_CLI to its path.`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
