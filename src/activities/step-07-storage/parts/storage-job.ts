import type { Job } from '../../../hosts/jobs/jobs.js';
import type { Script } from '../../../hosts/script.js';

/**
 * A job of step 7. Only one runs on a host at a time: a run of the cluster that was ended and started anew has other
 * keys, and must wait for what the earlier one left running.
 */
export function storageJob(key: string, script: Script): Job {
  return { key, script, lock: 'storage' };
}
