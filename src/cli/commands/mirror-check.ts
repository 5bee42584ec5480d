import type { ClusterFacts } from '../../cluster/facts/facts.js';
import { mirrorProblemTexts, type MirrorAnswers } from '../../cluster/mirror/mirror-answers.js';
import { namesText } from '../../cluster/text/outline.js';
import { counted } from '../../cluster/text/quantities.js';
import { loadSpecification } from '../running/load-specification.js';
import { lookAtCluster } from '../running/look-at-cluster.js';
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
  const { mirror, unread, facts } = await lookAtCluster(specification, terminal);
  for (const { host, why } of unread) terminal.complain(`${host}: ${why}`);
  if (mirror === undefined) return exitCodes.failed;
  terminal.write(`${json === true ? jsonText(mirror, 2) : linesOf(mirror, facts)}\n`);
  return unread.length === 0 && mirror.problems.length === 0 ? exitCodes.ok : exitCodes.failed;
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
