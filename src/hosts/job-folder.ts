import type { Host } from './host.js';
import type { Job } from './jobs.js';

/** Where everything of one job is on its host. */
export interface JobFolder {
  readonly key: string;
  /** Parent of all jobs. */
  readonly parent: string;
  readonly path: string;
  readonly log: string;
  /** File that is locked for as long as the job runs. */
  readonly lock: string | undefined;
}

/** @throws RangeError for a key or lock name that does not fit a file name and a unit name */
export function jobFolder(host: Host, { key, lock }: Pick<Job, 'key' | 'lock'>): JobFolder {
  if (!/^[a-z0-9-]{1,100}$/.test(key))
    throw new RangeError(`"${key}" cannot be a job's key: [a-z0-9-]{1,100}.`);
  if (lock !== undefined && !/^[a-z0-9-]{1,100}$/.test(lock)) {
    throw new RangeError(`"${lock}" cannot be a lock's name: [a-z0-9-]{1,100}.`);
  }
  const parent = `${host.stateFolder}/jobs`;
  const path = `${parent}/${key}`;
  return {
    key,
    parent,
    path,
    log: `${path}/log`,
    lock: lock === undefined ? undefined : `${host.stateFolder}/locks/${lock}`,
  };
}
