import { secondsLeftIn } from '../../cluster/playbook/describe.js';
import type { ClusterProgress } from '../../protocol/progress.js';
import { configuredAddress } from '../../temporal/connect.js';
import { provision } from '../commands/up.js';
import { approveSerialsBeginningWith } from '../questions/approver.js';
import { loadSpecification } from '../running/load-specification.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Countdown } from './countdown.js';
import { demoSerials } from './machines.js';
import { slipwayLine } from './slipway-line.js';

export interface ProvisionDemoOptions {
  /** Path of cluster.yaml. */
  readonly file: string;
  /** Approves the plan unasked, as long as it names the demo's own disks only. */
  readonly yes: boolean;
  readonly terminal: Terminal;
  readonly countdown: Countdown;
}

/** What `slipway up` does, with the time that is left of the demo. @throws CommandError */
export async function provisionDemo(options: ProvisionDemoOptions): Promise<ExitCode> {
  const { file, yes, terminal, countdown } = options;
  const unattended = yes || !terminal.interactive;
  const { exitCode } = await provision(
    {
      specification: await loadSpecification(file),
      approver: unattended ? approveSerialsBeginningWith(demoSerials) : undefined,
      onFailure: 'abort',
      worker: true,
      resume: 'npm run demo',
      timeLeft: (progress) => timeLeft(progress, countdown),
    },
    terminal,
  );
  if (exitCode !== exitCodes.interrupted && configuredAddress() === undefined) {
    const line = slipwayLine('server --ui', { variables: ['SLIPWAY_HOME'] });
    terminal.write(`\nTemporal's Web UI shows the whole history:\n  ${line}\n`);
  }
  return exitCode;
}

/** A playbook tells itself how long it takes, where it is known how long its tasks took before. */
function timeLeft({ phase, controlHost }: ClusterProgress, countdown: Countdown): string {
  countdown.enter(phase);
  const playbook = controlHost.find(({ step, state }) => step === 'runKubespray' && state === 'running');
  return countdown.timeLeft(playbook && secondsLeftIn(playbook.summary));
}
