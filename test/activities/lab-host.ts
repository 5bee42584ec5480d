import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Dependencies } from '../../src/activities/dependencies.js';
import { createHostPool } from '../../src/hosts/host-pool.js';
import { createJobs } from '../../src/hosts/job-runner.js';
import type { HostTarget } from '../../src/hosts/target.js';
import type { LabMachine } from '../../src/lab/index.js';

/** A worker of its own: real connections and jobs, and a folder in which host keys are pinned. */
export interface TestWorker {
  readonly dependencies: Dependencies;
  close(): Promise<void>;
}

export async function startTestWorker(): Promise<TestWorker> {
  const stateFolder = await mkdtemp(join(tmpdir(), 'slipway-worker-'));
  const hosts = createHostPool({ stateFolder });
  return {
    dependencies: {
      hosts,
      jobs: createJobs(),
      readSecret: () => Promise.reject(new Error('No secret is needed in this test.')),
    },
    async close() {
      await hosts.closeAll();
      await rm(stateFolder, { recursive: true, force: true });
    },
  };
}

/** How a worker reaches a machine of the lab. */
export function targetOf({ name, address, port, user, privateKey, hostKey }: LabMachine): HostTarget {
  return { kind: 'ssh', name, cluster: 'lab', address, port, user, privateKey, hostKey };
}

/** Runs an activity as a worker of Temporal would. */
export async function runActivity<Input, Output>(
  activity: (input: Input) => Promise<Output>,
  input: Input,
): Promise<Output> {
  return new MockActivityEnvironment().run(activity, input);
}
