import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError, labProblems, openLab, type Lab } from '../../lab/index.js';
import { materialiseStandIn } from '../../lab/stand-in.js';
import { cacheFolder } from '../../local/cache-folder.js';
import { configuredAddress } from '../../temporal/connect.js';
import { findTemporalCli } from '../../temporal/find-cli.js';
import { approveSerialsBeginningWith } from '../questions/approver.js';
import { demoSerials, startDemoMachines, stopDemoMachines } from './machines.js';
import { demoSpecification } from './specification.js';
import { endDescendants } from '../../local/descendants.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { catchInterruption, untilAborted } from '../terminal/interruption.js';
import { loadSpecification } from '../running/load-specification.js';
import type { Terminal } from '../terminal/terminal.js';
import { provision } from '../commands/up.js';

export interface DemoOptions {
  /** Approves the plan unasked, as long as it names the demo's own disks only. */
  readonly yes?: boolean | undefined;
  /** Begins anew: deletes the machines and the history of an earlier demo. */
  readonly fresh?: boolean | undefined;
}

/**
 * `npm run demo`: makes one control plane and one worker with two NVMe disks out of nothing, and runs the whole
 * procedure on them. What is left at the end, or after Ctrl-C, is files in the cache; the next call goes on with them.
 */
export async function demo(options: DemoOptions, terminal: Terminal): Promise<ExitCode> {
  const folder = join(cacheFolder(), 'demo');
  process.env['SLIPWAY_HOME'] ??= join(folder, 'home');
  const interruption = catchInterruption();
  const say = (line: string) => {
    terminal.write(`${line}\n`);
  };
  const lab = await openLab({ name: 'demo', onProgress: say });
  try {
    const file = await Promise.race([
      setUp(options, { folder, lab, say }),
      untilAborted(interruption.controller.signal),
    ]);
    if (file === undefined) return exitCodes.interrupted;
    return await run(file, options, terminal);
  } catch (error) {
    if (interruption.controller.signal.aborted) return exitCodes.interrupted;
    if (!(error instanceof LabError) && !(error instanceof CommandError)) throw error;
    terminal.complain(error.message);
    return error instanceof CommandError ? error.exitCode : exitCodes.failed;
  } finally {
    say('Switching off the machines of the demo.');
    await stopDemoMachines(lab);
    await endDescendants();
    interruption.release();
  }
}

interface Place {
  readonly folder: string;
  readonly lab: Lab;
  readonly say: (line: string) => void;
}

/** Machines, Temporal CLI, stand-in and cluster.yaml. @returns the path of cluster.yaml */
async function setUp({ fresh }: DemoOptions, { folder, lab, say }: Place): Promise<string> {
  const problems = await labProblems();
  if (problems.length > 0) throw new LabError(problems.join('\n'));
  if (fresh === true) {
    await lab.down();
    await rm(folder, { recursive: true, force: true });
  }
  await mkdir(folder, { recursive: true });
  const [machines, repository] = await Promise.all([
    startDemoMachines(lab, say),
    materialiseStandIn({ folder: join(folder, 'kubespray-stand-in') }),
    findTemporalCli({ onProgress: say }),
  ]);
  const file = join(folder, 'cluster.yaml');
  await writeFile(file, demoSpecification(machines, repository));
  say(`cluster.yaml: ${file}`);
  return file;
}

async function run(file: string, { yes }: DemoOptions, terminal: Terminal): Promise<ExitCode> {
  const unattended = yes === true || !terminal.interactive;
  const { exitCode } = await provision(
    {
      specification: await loadSpecification(file),
      approver: unattended ? approveSerialsBeginningWith(demoSerials) : undefined,
      onFailure: 'abort',
      worker: true,
      resume: 'npm run demo',
    },
    terminal,
  );
  if (exitCode !== exitCodes.interrupted && configuredAddress() === undefined) {
    terminal.write(`\nTemporal's Web UI shows the whole history:\n${serverAgain()}\n`);
  }
  return exitCode;
}

function serverAgain(): string {
  return `  SLIPWAY_HOME=${process.env['SLIPWAY_HOME'] ?? ''} node dist/cli/main.js server --ui`;
}
