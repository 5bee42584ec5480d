import { architectures, type Architecture } from '../../cluster/mirror/architecture.js';
import { downloadsOf } from '../../cluster/mirror/downloads.js';
import { renderDownloads } from '../../cluster/mirror/render-downloads.js';
import { chooseRelease } from '../../cluster/release-choice/choose-release.js';
import { releaseTable } from '../../cluster/releases/releases.js';
import { loadSpecification } from '../running/load-specification.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { jsonText } from '../terminal/json-text.js';
import type { Terminal } from '../terminal/terminal.js';
import type { SpecificationOptions } from './dispatch.js';

export interface MirrorListOptions extends SpecificationOptions {
  /** Processors of the hosts; default: amd64. */
  readonly processor?: readonly Architecture[] | undefined;
}

/**
 * `slipway mirror list`: each file and image that Kubespray downloads, with its digest, and where the mirror should have it.
 * Needs neither hosts nor Temporal. Without kubespray.release it is the newest that fits the specification: hosts are not looked at.
 * @throws CommandError
 */
export async function mirrorList(
  { file, json, processor = [architectures[0]] }: MirrorListOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const specification = await loadSpecification(file);
  const { name: release } = chooseRelease({ specification, facts: {} });
  const found = downloadsOf({ specification, release, processors: processor });
  if (found === undefined) {
    throw new CommandError(
      `What Kubespray ${release} downloads is not known to Slipway. It knows ${releaseTable.map(({ name }) => name).join(', ')}. ` +
        'Name one of these in kubespray.release, or read roles/*/defaults/main/download.yml of the release.',
    );
  }
  terminal.write(`${json === true ? jsonText({ release, ...found }, 2) : renderDownloads(release, found)}\n`);
  return exitCodes.ok;
}
