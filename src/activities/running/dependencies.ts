import type { SecretReference } from '../../cluster/specification/specification.js';
import type { Jobs } from '../../hosts/jobs/jobs.js';
import type { HostPool } from '../../hosts/pool/host-pool.js';

/** What activities need from outside; tests give fakes. */
export interface Dependencies {
  readonly hosts: HostPool;
  readonly jobs: Jobs;
  /** Resolves a secret where the worker runs; the value stays in the activity. */
  readonly readSecret: (reference: SecretReference) => Promise<string>;
}
