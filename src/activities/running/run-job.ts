import { Context } from '@temporalio/activity';
import { CommandFailedError, ConnectionLostError, CutOffError, NoRoomError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import type { Job, JobOutcome, JobProgress } from '../../hosts/jobs/jobs.js';
import { sh } from '../../hosts/script.js';
import type { Dependencies } from './dependencies.js';
import { tellProgress } from './heartbeats.js';

/** Bytes below which a file system counts as full. */
const smallestRoom = 64 * 1024;

export interface RunJobOptions {
  /** What the heartbeats show in place of the log's tail; asked at each of them, also while the log is silent. */
  readonly describe?: (progress: JobProgress) => string;
  /** Whether the next attempt does a job again that was cut off. Default true. */
  readonly startsAgain?: boolean;
}

/**
 * Runs a detached job to a good end, with its log's tail in the heartbeats.
 * @returns the last lines of its log
 * @throws CommandFailedError when the script ended with another code than 0, and NoRoomError where there was no room
 * @throws ConnectionLostError when a restart cut it off: the next attempt looks at the host and does what is left
 * @throws CutOffError in that case, and in each later attempt, where the job is not to be started again
 */
export async function runJob(
  { jobs }: Pick<Dependencies, 'jobs'>,
  host: Host,
  job: Job,
  what: string,
  { describe = ({ tail }) => tail, startsAgain = true }: RunJobOptions = {},
): Promise<string> {
  const context = Context.current();
  const resume = (context.info.heartbeatDetails as JobProgress | undefined) ?? undefined;
  const outcome = await jobs.run(host, job, {
    resume: resume?.key === job.key ? resume : undefined,
    signal: context.cancellationSignal,
    onProgress: (progress) => tellProgress(context, () => ({ ...progress, tail: describe(progress) })),
  });
  if (outcome.kind === 'cut-off') {
    const why = `"${what}" was cut off on ${host.name}: the machine or the process was ended.`;
    const context = { host: host.name, output: outcome.tail };
    if (!startsAgain) throw new CutOffError(why, context);
    await jobs.restart(host, job.key);
    throw new ConnectionLostError(why, context);
  }
  if (outcome.exitCode !== 0) throw await failureOf(outcome, { host, job, what });
  return outcome.tail;
}

async function failureOf(
  { exitCode, tail, log }: Extract<JobOutcome, { kind: 'ended' }>,
  { host, job, what }: { readonly host: Host; readonly job: Job; readonly what: string },
): Promise<CommandFailedError> {
  const failed = `"${what}" failed on ${host.name} with exit code ${exitCode}`;
  const context = { host: host.name, command: job.key, output: tail };
  if (await hasRoom(host, log)) {
    return new CommandFailedError(
      `${failed}.`,
      { ...context, advice: `Read ${log} on ${host.name}.` },
      exitCode,
    );
  }
  return new NoRoomError(
    `${failed}, and the file system of ${log} has no room left.`,
    { ...context, advice: `Make room there, then retry.` },
    exitCode,
  );
}

/** Whether a few lines can be written beside the file. A host that does not tell is taken to have room. */
async function hasRoom(host: Host, path: string): Promise<boolean> {
  const script = sh`df -B1 --output=avail ${path} | tail -n 1`;
  const { stdout } = await host.run(script, { accept: 'any', what: 'see how much room is left' });
  const bytes = Number.parseInt(stdout.trim(), 10);
  return Number.isNaN(bytes) || bytes >= smallestRoom;
}
