import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** One way of getting the `temporal` command to `target`. */
export interface GetCliOptions {
  /** Where the executable is put, by rename. */
  readonly target: string;
  /** Without the leading v. */
  readonly version: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

/** What Temporal's download service answers; the SDK's testing package asks it in the same way. */
interface DownloadInfo {
  readonly archiveUrl: string;
  readonly fileToExtract: string;
}

const service = 'https://temporal.download/cli';

/** In a closed network the answer never comes: better to go on soon. Milliseconds. */
const timeouts = { answer: 5_000, archive: 120_000 };

/**
 * Downloads the release that Temporal publishes.
 * @throws Error when the service cannot be reached or its archive does not hold the command
 */
export async function downloadTemporalCli({ target, version, say }: GetCliOptions): Promise<void> {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  say(`Temporal CLI: asking for the download of v${version}`);
  const answer = await get(
    `${service}/v${version}?arch=${architecture}&platform=${process.platform}`,
    timeouts.answer,
  );
  const info = (await answer.json()) as DownloadInfo;
  say('Temporal CLI: downloading');
  const archive = await get(info.archiveUrl, timeouts.archive);
  mkdirSync(dirname(target), { recursive: true });
  const folder = mkdtempSync(join(dirname(target), 'download-'));
  try {
    const file = join(folder, 'archive.tar.gz');
    await writeFile(file, new Uint8Array(await archive.arrayBuffer()));
    await promisify(execFile)('tar', ['-xzf', file, '-C', folder, info.fileToExtract]);
    chmodSync(join(folder, info.fileToExtract), 0o755);
    renameSync(join(folder, info.fileToExtract), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function get(url: string, milliseconds: number): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(milliseconds) });
  } catch (error) {
    const { cause } = error as { cause?: { message?: string } };
    throw new Error(`cannot reach ${new URL(url).host} (${cause?.message ?? String(error)})`, {
      cause: error,
    });
  }
  if (!response.ok) throw new Error(`${new URL(url).host} answered ${response.status}`);
  return response;
}
