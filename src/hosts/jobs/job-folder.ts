import type { Host } from '../host.js';
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

/** Not beginning as an option does. */
const fileName = /^[a-z0-9][a-z0-9-]{0,99}$/;

/** @throws RangeError for a key or lock name that does not fit a file name and a unit name */
export function jobFolder(host: Host, { key, lock }: Pick<Job, 'key' | 'lock'>): JobFolder {
  if (!fileName.test(key)) throw new RangeError(`"${key}" cannot be a job's key: ${fileName.source}.`);
  if (lock !== undefined && !fileName.test(lock)) {
    throw new RangeError(`"${lock}" cannot be a lock's name: ${fileName.source}.`);
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
