import { join } from 'node:path';
import { LabError, labProblems } from '../../lab/index.js';
import { cacheFolder } from '../../local/cache-folder.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import type { Terminal } from '../terminal/terminal.js';
import { chooseDemo, type Demo, type DemoChoice } from './choose-demo.js';
import { isSameDemo, readDemoRecord, type DemoRecord } from './demo-record.js';
import { beginningLines, goingOnLine } from './demo-words.js';
import { findSources } from './find-sources.js';
import { complain, deleteDemo, playDemo } from './play-demo.js';
import { slipwayLine } from './slipway-line.js';

export interface DemoOptions {
  /** Approves the plan unasked, as long as it names the demo's own disks only. */
  readonly yes?: boolean | undefined;
  /** Begins anew: deletes the machines and the history of an earlier demo. */
  readonly fresh?: boolean | undefined;
  /** The real Kubespray or its stand-in, and an error where that is not possible. Default: the real one if it is. */
  readonly kind?: Demo['kind'] | undefined;
  /** Kubespray's repository, a URL or a path. */
  readonly repository?: string | undefined;
  /** Only deletes the machines and the history. */
  readonly down?: boolean | undefined;
}

/**
 * `npm run demo`: makes machines out of nothing and runs the whole procedure on them, by the real Kubespray where it can
 * be had. A real cluster stays on. Of anything else, and after Ctrl-C, there are files in the cache, and the next call goes
 * on with them.
 */
export async function demo(options: DemoOptions, terminal: Terminal): Promise<ExitCode> {
  const folder = join(cacheFolder(), 'demo');
  process.env['SLIPWAY_HOME'] ??= join(folder, 'home');
  const say = (line: string) => {
    terminal.write(`${line}\n`);
  };
  try {
    const problems = await labProblems();
    if (problems.length > 0) throw new LabError(problems.join('\n'));
    if (options.down === true) {
      await deleteDemo(folder);
      say('The demo is gone, with its machines and its history.');
      return exitCodes.ok;
    }
    const before = options.fresh === true ? undefined : await readDemoRecord(folder);
    const choice = await chooseOrGoOn(before, options);
    const goesOn = before !== undefined && !before.hasEnded && isSameDemo(before, choice.demo);
    for (const line of goesOn ? [goingOnLine(choice.demo)] : beginningLines(choice)) say(line);
    return await playDemo(choice.demo, { folder, before, yes: options.yes === true, terminal });
  } catch (error) {
    return complain(error, terminal);
  }
}

/** One that did not come to its end is gone on with, unless another one is asked for. */
async function chooseOrGoOn(
  before: DemoRecord | undefined,
  { kind, repository }: DemoOptions,
): Promise<DemoChoice> {
  const asksForOther = repository !== undefined || (kind !== undefined && kind !== before?.kind);
  if (before !== undefined && !before.hasEnded && !asksForOther) return { demo: before };
  const remedies = {
    buildMirror: slipwayLine('lab mirror build'),
    nameClone: 'npm run demo -- --kubespray PATH',
  };
  return chooseDemo(await findSources(repository), { wanted: kind, remedies });
}
