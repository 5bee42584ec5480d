import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Dependencies } from '../../src/activities/running/dependencies.js';
import { SharedHostPool } from '../../src/hosts/pool/shared-host-pool.js';
import { JobRunner } from '../../src/hosts/jobs/job-runner.js';
import type { HostAddress } from '../../src/protocol/host-addresses.js';
import { openLab, type Lab, type LabMachine } from '../../src/lab/index.js';

/** A lab, and what a worker of its own has: real connections and jobs, and a folder in which host keys are pinned. */
export interface LabStage {
  readonly lab: Lab;
  readonly dependencies: Dependencies;
}

/** A lab for the tests of one file: there before them, and gone after them, whatever fails. */
export function useLab(name: string, setUp: (stage: LabStage) => Promise<void> = () => Promise.resolve()) {
  let stage: LabStage | undefined;
  let stateFolder: string | undefined;
  beforeAll(async () => {
    stateFolder = await mkdtemp(join(tmpdir(), 'slipway-worker-'));
    const dependencies = {
      hosts: new SharedHostPool({ stateFolder }),
      jobs: new JobRunner(),
      readSecret: () => Promise.reject(new Error('No secret is needed in this test.')),
    };
    stage = { lab: await openLab({ name }), dependencies };
    await setUp(stage);
  });
  afterAll(async () => {
    try {
      await stage?.dependencies.hosts.closeAll();
    } finally {
      await stage?.lab.down();
    }
    if (stateFolder !== undefined) await rm(stateFolder, { recursive: true, force: true });
  });
  return (): LabStage => {
    if (stage === undefined) throw new Error('The lab is there only while tests run.');
    return stage;
  };
}

/** Standard output of shell text, read past the tool under test. @throws Error when it fails */
export async function onMachine(machine: LabMachine, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.run(script, { timeout: 60_000 });
  if (exitCode !== 0) throw new Error(`${script}\n${stdout}${stderr}`);
  return stdout;
}

/** How a worker reaches a machine of the lab. */
export function labAddressOf({ name, address, port, user, privateKey, hostKey }: LabMachine): HostAddress {
  return { kind: 'ssh', name, cluster: 'lab', address, port, user, privateKey, hostKey };
}
