import type { Dependencies } from '../activities/running/dependencies.js';
import { SharedHostPool } from '../hosts/pool/shared-host-pool.js';
import { JobRunner } from '../hosts/jobs/job-runner.js';
import { readSecret } from '../hosts/secrets.js';
import { slipwayHome } from '../local/state-folder.js';

/**
 * What activities need on a real worker.
 * @param stateFolder where known_hosts files and the local machine's jobs are; by default Slipway's home
 */
export function createDependencies(stateFolder = slipwayHome()): Dependencies {
  return { hosts: new SharedHostPool({ stateFolder }), jobs: new JobRunner(), readSecret };
}
