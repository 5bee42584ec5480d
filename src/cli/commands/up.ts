import type { Specification } from '../../cluster/specification/specification.js';
import { configuredAddress, type TemporalConnection } from '../../temporal/connect.js';
import type { AnswerPolicy } from '../questions/answer-policy.js';
import { approveEverything } from '../questions/approver.js';
import { confirmHostKeys } from '../questions/confirm-host-keys.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { catchInterruption } from '../terminal/interruption.js';
import type { FollowAndAskOptions } from '../running/follow-and-ask.js';
import { loadSpecification } from '../running/load-specification.js';
import { withOwnWorker } from '../running/own-worker.js';
import { runCluster, type ClusterOutcome } from '../running/run-cluster.js';
import type { Terminal } from '../terminal/terminal.js';
import { withTemporal } from '../running/with-temporal.js';

export interface UpOptions extends Pick<AnswerPolicy, 'by' | 'onFailure'> {
  /** Path of cluster.yaml. */
  readonly file: string;
  /** Approves every plan without asking. */
  readonly yes?: boolean | undefined;
  /** Whether a worker runs in this process. Default: where no Temporal address is configured. */
  readonly worker?: boolean | undefined;
}

/** `slipway up`: from cluster.yaml to a verified cluster. @throws CommandError */
export async function up(options: UpOptions, terminal: Terminal): Promise<ExitCode> {
  const specification = await loadSpecification(options.file);
  const { exitCode } = await provision(
    {
      specification,
      approver: options.yes === true ? approveEverything : undefined,
      by: options.by,
      onFailure: options.onFailure,
      worker: options.worker,
      resume: `slipway up ${options.file}`,
    },
    terminal,
  );
  return exitCode;
}

export interface ProvisionOptions
  extends Omit<AnswerPolicy, 'prompts'>, Pick<UpOptions, 'worker'>, Pick<FollowAndAskOptions, 'timeLeft'> {
  readonly specification: Specification;
  /** The command that goes on after an interruption. */
  readonly resume: string;
}

/** Runs a cluster's workflow to its end, with embedded server and worker unless an address is configured. */
export async function provision(options: ProvisionOptions, terminal: Terminal): Promise<ClusterOutcome> {
  const interruption = catchInterruption();
  try {
    return await withTemporal({ terminal, embedded: 'start' }, async (connection) => {
      terminal.write(`Temporal: ${connection.address}${uiOf(connection)}\n`);
      const isWanted = options.worker ?? configuredAddress() === undefined;
      // What is pinned here counts for a worker on this machine only; any other asks by its failed step.
      if (isWanted) {
        const { specification } = options;
        await confirmHostKeys({ specification, terminal, signal: interruption.controller.signal });
      }
      return withOwnWorker({ connection, isWanted }, async (guarded) => {
        const outcome = await guarded(
          runCluster({ ...options, connection, terminal, interruption: interruption.controller }),
        );
        if (outcome.exitCode === exitCodes.interrupted) {
          terminal.complain(`Interrupted. \`${options.resume}\` goes on where it was.`);
        }
        return outcome;
      });
    });
  } catch (error) {
    if (interruption.controller.signal.aborted && !(error instanceof CommandError)) {
      return { exitCode: exitCodes.interrupted, report: undefined };
    }
    throw error;
  } finally {
    interruption.release();
  }
}

function uiOf({ embedded }: TemporalConnection): string {
  return embedded?.uiUrl === undefined ? '' : `, Web UI ${embedded.uiUrl}`;
}
