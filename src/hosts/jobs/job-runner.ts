import { randomBytes } from 'node:crypto';
import { bridged, pause } from './bridge.js';
import { ConnectionLostError, JobBusyError, RefusedError } from '../errors.js';
import type { Host } from '../host.js';
import { jobFolder, type JobFolder } from './job-folder.js';
import { logTail, wholeCharacters } from './log-tail.js';
import {
  jobAnswers,
  lookAtJobScript,
  restartJobScript,
  startJobScript,
  stopJobScript,
} from './job-scripts.js';
import type { FollowJobOptions, Job, JobOutcome, JobProgress, Jobs } from './jobs.js';
import { tailOf } from '../run-errors.js';

/** One look brings something new or takes 10 s; a look that takes this long is a lost link. */
const lookTimeout = 30_000;

export interface JobRunnerOptions {
  /** Milliseconds for which a lost link is bridged while following. Default 60,000. */
  readonly patience?: number;
}

/** Detached work on hosts. It keeps no state, so any worker can go on where another one stopped. */
export class JobRunner implements Jobs {
  constructor(private readonly settings: JobRunnerOptions = {}) {}

  async run(host: Host, job: Job, options: FollowJobOptions = {}): Promise<JobOutcome> {
    const folder = jobFolder(host, job);
    const follower = new Follower(folder, options);
    const bridge = {
      signal: options.signal,
      patience: this.settings.patience,
      onWait: () => follower.report(''),
    };
    await bridged(() => start(host, folder, job, options.signal), bridge);
    for (;;) {
      const seen = await bridged(() => look(host, folder, follower.offset, options.signal), bridge);
      const outcome = await follower.take(seen);
      if (outcome !== undefined) return outcome;
    }
  }

  /** @throws RefusedError when the job runs or came to its end by itself */
  async restart(host: Host, key: string): Promise<void> {
    const what = `put the cut-off job ${key} aside`;
    const accept = [0, jobAnswers.notCutOff];
    const { exitCode, stdout } = await host.run(restartJobScript(jobFolder(host, { key })), { accept, what });
    if (exitCode === 0) return;
    throw new RefusedError(`The job ${key} on ${host.name} was not cut off, it is: ${stdout.trim()}.`, {
      host: host.name,
      advice: 'A job that ended by itself is done again only under another key.',
    });
  }

  /** Waits up to ten seconds for the end; a script that ignores SIGTERM goes on. */
  async stop(host: Host, key: string): Promise<boolean> {
    const script = stopJobScript(jobFolder(host, { key }));
    const { stdout } = await host.run(script, { what: `stop the job ${key}` });
    return stdout.trim() === 'stopped';
  }
}

async function start(host: Host, folder: JobFolder, job: Job, signal?: AbortSignal): Promise<void> {
  const { key } = job;
  const attempt = randomBytes(6).toString('hex');
  const { exitCode, stdout, stderr } = await host.run(startJobScript(folder, attempt), {
    stdin: `${job.script.text}\n`,
    accept: [0, jobAnswers.busy, jobAnswers.notStarted],
    what: `start the job ${key}`,
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode === jobAnswers.busy) {
    throw new JobBusyError(
      `The job ${stdout.trim()} is still running on ${host.name} and holds the lock "${job.lock}", so ${key} has to wait.`,
      {
        host: host.name,
        advice: `Wait for it, or see its log in ${folder.parent}/${stdout.trim()} on ${host.name}.`,
      },
    );
  }
  if (exitCode === jobAnswers.notStarted) {
    throw new ConnectionLostError(`The job ${key} could not be started on ${host.name}.`, {
      host: host.name,
      output: tailOf(stderr),
    });
  }
}

/** How a job stands, and the next bytes of its log. */
interface Sight {
  readonly host: string;
  /** Such as `running` or `ended 0`, see `judgement` in job-scripts.ts. */
  readonly state: string;
  /** One for each real start of the script; another one has another log. */
  readonly execution: string;
  readonly size: number;
  readonly bytes: Uint8Array;
}

async function look(host: Host, folder: JobFolder, offset: number, signal?: AbortSignal): Promise<Sight> {
  const { stdout } = await host.run(lookAtJobScript(folder, offset), {
    timeout: lookTimeout,
    what: `look at the job ${folder.key}`,
    ...(signal === undefined ? {} : { signal }),
  });
  const [state = '', execution = '', size = '0', base64 = ''] = stdout.split('\n');
  return { host: host.name, state, execution, size: Number(size), bytes: Buffer.from(base64, 'base64') };
}

/** Reads one job's log from where the last follower stopped. */
class Follower {
  private progress: JobProgress;

  constructor(
    private readonly folder: JobFolder,
    private readonly options: FollowJobOptions,
  ) {
    this.progress = options.resume ?? { key: folder.key, offset: 0, tail: '' };
  }

  get offset(): number {
    return this.progress.offset;
  }

  report(piece: string): void {
    this.options.onProgress?.(this.progress, piece);
  }

  /** Takes in what a look brought; gives the outcome once the job is over and its log is read to the end. */
  async take(seen: Sight): Promise<JobOutcome | undefined> {
    if (seen.state === 'absent') throw this.folderGone(seen.host);
    if (this.progress.execution !== undefined && this.progress.execution !== seen.execution) {
      this.progress = { key: this.folder.key, offset: 0, tail: '', execution: seen.execution };
      return undefined;
    }
    const isLast = seen.state !== 'running' && this.offset + seen.bytes.length >= seen.size;
    const length = isLast ? seen.bytes.length : wholeCharacters(seen.bytes);
    const piece = Buffer.from(seen.bytes.subarray(0, length)).toString('utf8');
    this.progress = {
      key: this.folder.key,
      offset: this.offset + length,
      tail: logTail(this.progress.tail, piece),
      execution: seen.execution,
    };
    this.report(piece);
    if (isLast) return this.outcome(seen.state);
    // Half a character is waiting for its other half: the look does not wait for that.
    if (length === 0 && seen.bytes.length > 0) await pause(200, this.options.signal);
    return undefined;
  }

  private outcome(state: string): JobOutcome {
    const { tail } = this.progress;
    const { log } = this.folder;
    const [kind, detail = ''] = state.split(' ');
    if (kind === 'ended') return { kind, exitCode: Number(detail), tail, log };
    return { kind: 'cut-off', why: detail === 'rebooted' ? 'rebooted' : 'killed', tail, log };
  }

  private folderGone(host: string): ConnectionLostError {
    return new ConnectionLostError(
      `The job ${this.folder.key} on ${host} was put aside while it was followed.`,
      {
        host,
        advice: `Look into ${this.folder.parent} on ${host}; trying again starts the job anew.`,
      },
    );
  }
}
