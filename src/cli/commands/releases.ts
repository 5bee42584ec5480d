import { releaseTable as known } from '../../cluster/releases/releases.js';
import { renderReleases } from '../../cluster/release-choice/render-releases.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { jsonText } from '../terminal/json-text.js';
import type { Terminal } from '../terminal/terminal.js';

export interface ReleasesOptions {
  readonly json?: boolean | undefined;
}

/** `slipway releases`: the releases of Kubespray that Slipway knows, newest first. Needs neither hosts nor Temporal. */
export async function releases({ json }: ReleasesOptions, terminal: Terminal): Promise<ExitCode> {
  terminal.write(`${json === true ? jsonText(known, 2) : renderReleases(known)}\n`);
  return exitCodes.ok;
}
