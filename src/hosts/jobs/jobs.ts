import type { Host } from '../host.js';
import type { Script } from '../script.js';

/**
 * A script that runs on a host by itself, apart from any connection, and at most once for each key.
 * Its folder `<stateFolder>/jobs/<key>/` holds `script`, `log`, `pid`, `boot-id`, `status` and `executions`
 * (one line for each time the script was really started).
 */
export interface Job {
  /** Derived from workflow, step and generation, never from the attempt: [a-z0-9-]{1,100}, no hyphen first. */
  readonly key: string;
  readonly script: Script;
  /** Only one job of this lock's name runs on a host at a time; a second one gets JobBusyError. */
  readonly lock?: string;
}

/** Where a follower stands, small enough for a heartbeat; given back, the next follower goes on from there. */
export interface JobProgress {
  readonly key: string;
  /** Bytes of the log read so far. */
  readonly offset: number;
  /** The last lines of the log, at most 2 KiB. */
  readonly tail: string;
  /** Which start of the script the offset belongs to; after a restart the log begins anew. */
  readonly execution?: string;
}

/** How a job ended. */
export type JobOutcome =
  /** The script came to its end by itself. */
  | { readonly kind: 'ended'; readonly exitCode: number; readonly tail: string; readonly log: string }
  /** The script can no longer be running, and left no status: the machine was restarted, or the process was killed. */
  | {
      readonly kind: 'cut-off';
      readonly why: 'rebooted' | 'killed';
      readonly tail: string;
      readonly log: string;
    };

export interface FollowJobOptions {
  /** From the last heartbeat, so that no line of the log is reported twice. */
  readonly resume?: JobProgress | undefined;
  /** Called with each new piece of the log, in order; an empty piece says that there was nothing new for ten seconds. */
  readonly onProgress?: (progress: JobProgress, piece: string) => void;
  /** Stops following; the job itself goes on. */
  readonly signal?: AbortSignal | undefined;
}

/** The functions that `src/hosts` gives to steps for detached work. */
export interface Jobs {
  /**
   * Starts the job unless it has been started already, follows it to its end and returns its outcome.
   * A lost link while following is bridged: it reconnects and goes on.
   * After a cut-off, call {@link restart} and then `run` again if the step still has work left to do.
   */
  run(host: Host, job: Job, options?: FollowJobOptions): Promise<JobOutcome>;
  /** Puts the folder of a cut-off job aside (`<key>.cut-<n>`), so that `run` starts it again. */
  restart(host: Host, key: string): Promise<void>;
  /** Ends a running job with SIGTERM to its whole process group; true if something was running. */
  stop(host: Host, key: string): Promise<boolean>;
}
