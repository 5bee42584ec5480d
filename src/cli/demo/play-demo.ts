import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError, openLab } from '../../lab/index.js';
import { cacheFolder } from '../../local/cache-folder.js';
import { endDescendants } from '../../local/descendants.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { catchInterruption, untilAborted } from '../terminal/interruption.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Demo } from './choose-demo.js';
import { Countdown } from './countdown.js';
import type { DemoPlace } from './demo-place.js';
import { isSameDemo, writeDemoRecord, type DemoRecord } from './demo-record.js';
import { endingLines, replacedLine, type DemoEnd } from './demo-words.js';
import { stopDemoMachines } from './machines.js';
import { provisionDemo } from './provision-demo.js';
import { nodesOfCluster, realNodes, realStages, setUpRealDemo } from './real-demo.js';
import { slipwayLine } from './slipway-line.js';
import { setUpStandInDemo, standInStages } from './stand-in-demo.js';

const labName = 'demo';

export interface PlayDemoOptions {
  readonly folder: string;
  /** What is there of an earlier demo; undefined where nothing of it may be used. */
  readonly before: DemoRecord | undefined;
  readonly yes: boolean;
  readonly terminal: Terminal;
}

/** Runs the demo that was chosen, and leaves nothing running but a real cluster that is ready. */
export async function playDemo(chosen: Demo, options: PlayDemoOptions): Promise<ExitCode> {
  const { folder, before, yes, terminal } = options;
  const say = (line: string) => {
    terminal.write(`${line}\n`);
  };
  const interruption = catchInterruption();
  const countdown = new Countdown(await stagesOf(chosen));
  const onProgress = (line: string) => {
    say(`${line} (${countdown.timeLeft()})`);
  };
  const lab = await openLab({ name: labName, onProgress });
  const act = async (): Promise<ExitCode> => {
    say(`It takes a while: ${countdown.timeLeft()}.`);
    const file = await Promise.race([
      setUp(chosen, { before, place: { folder, lab, say } }),
      untilAborted(interruption.controller.signal),
    ]);
    if (file === undefined) return exitCodes.interrupted;
    const exitCode = await provisionDemo({ file, yes, terminal, countdown });
    if (exitCode !== exitCodes.ok) return exitCode;
    if (chosen.kind === 'real') {
      say(`\nkubectl get nodes -o wide, on ${realNodes[0]}:\n${await nodesOfCluster(lab)}\n`);
    }
    await writeDemoRecord(folder, { ...chosen, hasEnded: true });
    return exitCode;
  };
  let staysOn = false;
  let exitCode: ExitCode;
  try {
    exitCode = await act();
    staysOn = exitCode === exitCodes.ok && chosen.kind === 'real';
  } catch (error) {
    exitCode = interruption.controller.signal.aborted ? exitCodes.interrupted : complain(error, terminal);
  } finally {
    if (staysOn) {
      lab.close();
    } else {
      say('Switching off the machines of the demo.');
      await stopDemoMachines(lab);
      await endDescendants();
    }
    interruption.release();
  }
  const getIn = slipwayLine(`lab ssh --lab ${labName} ${realNodes[0]}`);
  endingLines(chosen, endOf(exitCode), { getIn }).forEach(say);
  return exitCode;
}

/** Deletes what there is of a demo: its machines, its history, its cluster.yaml. @param folder the demo's own */
export async function deleteDemo(folder: string): Promise<void> {
  await (await openLab({ name: labName })).down();
  await rm(folder, { recursive: true, force: true });
}

/** @returns the exit code for what people have to be told @throws anything else */
export function complain(error: unknown, terminal: Terminal): ExitCode {
  if (!(error instanceof LabError) && !(error instanceof CommandError)) throw error;
  terminal.complain(error.message);
  return error instanceof CommandError ? error.exitCode : exitCodes.failed;
}

function endOf(exitCode: ExitCode): DemoEnd {
  if (exitCode === exitCodes.interrupted) return 'interrupted';
  return exitCode === exitCodes.ok ? 'ready' : 'failed';
}

/** Where the image of the slowest machine has to be built first, everything takes longer. */
async function stagesOf({ kind }: Demo) {
  const [image, stages] =
    kind === 'real'
      ? (['node-machine-', realStages] as const)
      : (['virtual-machine-', standInStages] as const);
  const images = await readdir(join(cacheFolder(), 'lab-images')).catch(() => []);
  return stages(!images.some((name) => name.startsWith(image)));
}

interface SetUp {
  readonly before: DemoRecord | undefined;
  readonly place: DemoPlace;
}

/** Machines and cluster.yaml; what is left of another demo goes. @returns the path of cluster.yaml */
async function setUp(chosen: Demo, { before, place }: SetUp): Promise<string> {
  const { folder, say } = place;
  if (before === undefined || !isSameDemo(before, chosen)) {
    if (before !== undefined) say(replacedLine(before));
    await deleteDemo(folder);
  }
  await mkdir(folder, { recursive: true });
  await writeDemoRecord(folder, { ...chosen, hasEnded: false });
  const text = await (chosen.kind === 'real' ? setUpRealDemo(chosen, place) : setUpStandInDemo(place));
  const file = join(folder, 'cluster.yaml');
  await writeFile(file, text);
  say(`cluster.yaml: ${file}`);
  return file;
}
