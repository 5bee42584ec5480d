import type { ClusterFacts } from '../../cluster/facts/facts.js';
import { mirrorProblemTexts, type MirrorAnswers } from '../../cluster/mirror/mirror-answers.js';
import { namesText } from '../../cluster/text/outline.js';
import { counted } from '../../cluster/text/quantities.js';
import { SharedHostPool } from '../../hosts/pool/shared-host-pool.js';
import { slipwayHome } from '../../local/state-folder.js';
import { confirmHostKeys } from '../questions/confirm-host-keys.js';
import { loadSpecification } from '../running/load-specification.js';
import { lookAtHosts } from '../running/look-at-hosts.js';
import { withMirror } from '../running/with-mirror.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { jsonText } from '../terminal/json-text.js';
import type { Terminal } from '../terminal/terminal.js';
import type { SpecificationOptions } from './dispatch.js';

/**
 * `slipway mirror check`: asks the mirror from every host, as the plan does, and names each thing that is missing or wrong on a
 * line of its own. Changes nothing and needs no Temporal.
 * @throws CommandError where the specification has no mirror
 */
export async function mirrorCheck(
  { file, json }: SpecificationOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const specification = await loadSpecification(file);
  if (specification.mirror === undefined) {
    throw new CommandError(
      `${file} has no mirror, so there is nothing to ask. Say under mirror where files and images are.`,
      exitCodes.invalidInput,
    );
  }
  await confirmHostKeys({ specification, terminal, signal: new AbortController().signal });
  const pool = new SharedHostPool({ stateFolder: slipwayHome() });
  try {
    const seen = await withMirror(specification, await lookAtHosts(specification, pool), pool);
    const { mirror, unread } = seen;
    for (const { host, why } of unread) terminal.complain(`${host}: ${why}`);
    if (mirror === undefined) return exitCodes.failed;
    terminal.write(`${json === true ? jsonText(mirror, 2) : linesOf(mirror, seen.facts)}\n`);
    return unread.length === 0 && mirror.problems.length === 0 ? exitCodes.ok : exitCodes.failed;
  } finally {
    await pool.closeAll();
  }
}

function linesOf({ hosts, asked, problems, unknown }: MirrorAnswers, facts: ClusterFacts): string {
  const silent = Object.keys(facts).filter((name) => !hosts.includes(name));
  return [
    ...problems.map(({ address, problem, detail, hosts: those }) => {
      const why = detail === '' ? '' : ` (${detail})`;
      return `${address} is ${mirrorProblemTexts[problem]}${why}: ${namesText(those)}`;
    }),
    ...unknown.map((what) => `not asked for, because Slipway does not know it: ${what}`),
    ...(silent.length === 0 ? [] : [`nothing was asked by ${namesText(silent)}`]),
    `${counted(hosts.length, 'host')} asked for ${counted(asked.files, 'file')} and ${counted(asked.images, 'image')}; ` +
      `${counted(asked.digests, 'digest')} compared; ${counted(problems.length, 'problem')}.`,
  ].join('\n');
}
