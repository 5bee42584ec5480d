import { JobBusyError } from '../../src/hosts/errors.js';
import type { Host } from '../../src/hosts/host.js';
import type { FollowJobOptions, Job, JobOutcome, Jobs } from '../../src/hosts/jobs/jobs.js';

/**
 * Jobs for tests: the script runs through the host's own `run`, once for each key, and its output is the log.
 *
 * ```ts
 * const jobs = new FakeJobs();
 * jobs.cutOffNext('rebooted');        // the next job started is cut off before its script runs
 * jobs.holdLock('ansible', 'other');  // jobs with this lock get JobBusyError
 * await createRaidArray({ hosts, jobs, readSecret })(input);
 * expect(jobs.started).toEqual(['create-raid-array-1']);
 * ```
 */
export class FakeJobs implements Jobs {
  /** Keys of the jobs really started, in order; a key appears again only after a restart. */
  readonly started: string[] = [];
  /** Keys that {@link restart} was called for. */
  readonly restarted: string[] = [];
  /** Keys that {@link stop} was called for. */
  readonly stopped: string[] = [];

  private readonly outcomes = new Map<string, JobOutcome>();
  private readonly holders = new Map<string, string>();
  private readonly cuts: ('rebooted' | 'killed')[] = [];

  /** The next job started is cut off before its script takes effect. */
  cutOffNext(why: 'rebooted' | 'killed'): this {
    this.cuts.push(why);
    return this;
  }

  /** Another job holds this lock, until it is called with `undefined`. */
  holdLock(lock: string, holder: string | undefined): this {
    if (holder === undefined) this.holders.delete(lock);
    else this.holders.set(lock, holder);
    return this;
  }

  async run(host: Host, job: Job, options: FollowJobOptions = {}): Promise<JobOutcome> {
    options.signal?.throwIfAborted();
    const id = `${host.name}/${job.key}`;
    const known = this.outcomes.get(id);
    if (known !== undefined) return known;
    this.refuseIfBusy(host, job);
    this.started.push(job.key);
    const outcome = await this.execute(host, job, options);
    this.outcomes.set(id, outcome);
    return outcome;
  }

  async restart(host: Host, key: string): Promise<void> {
    this.restarted.push(key);
    this.outcomes.delete(`${host.name}/${key}`);
  }

  async stop(_host: Host, key: string): Promise<boolean> {
    this.stopped.push(key);
    return false;
  }

  private async execute(host: Host, job: Job, options: FollowJobOptions): Promise<JobOutcome> {
    const log = `${host.stateFolder}/jobs/${job.key}/log`;
    const cut = this.cuts.shift();
    if (cut !== undefined) return { kind: 'cut-off', why: cut, tail: '', log };
    const { exitCode, stdout, stderr } = await host.run(job.script, { accept: 'any', what: job.key });
    const tail = `${stdout}${stderr}`;
    options.onProgress?.({ key: job.key, offset: Buffer.byteLength(tail), tail }, tail);
    return { kind: 'ended', exitCode, tail, log };
  }

  private refuseIfBusy(host: Host, { lock }: Job): void {
    const holder = lock === undefined ? undefined : this.holders.get(lock);
    if (holder === undefined) return;
    throw new JobBusyError(`The job ${holder} is still running on ${host.name}.`, { host: host.name });
  }
}
