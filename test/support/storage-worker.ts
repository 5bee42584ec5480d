import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect } from 'vitest';
import type { DestructiveInput, StepResult } from '../../src/protocol/step-inputs.js';
import type { Dependencies } from '../../src/activities/running/dependencies.js';
import { gatherFacts } from '../../src/activities/look-at-hosts/gather-facts.js';
import { readBootId } from '../../src/activities/step-07-storage/read-boot-id.js';
import { requestReboot } from '../../src/activities/step-07-storage/request-reboot.js';
import { waitForReboot } from '../../src/activities/step-07-storage/wait-for-reboot.js';
import { planStorage } from '../../src/cluster/storage/make-storage-plan.js';
import { ephemeralStorageSchema } from '../../src/cluster/specification/specification.js';
import type { StoragePlan } from '../../src/cluster/storage/storage-plan.js';
import type { HostAddress } from '../../src/protocol/host-addresses.js';
import type { LabVirtualMachine } from '../../src/lab/index.js';
import { approvedBy } from './approved.js';
import { labAddressOf } from './lab-host.js';

interface StorageStep {
  (dependencies: Dependencies): (input: DestructiveInput) => Promise<StepResult>;
  readonly step: string;
}
type ApplyPlan = Extract<StoragePlan, { kind: 'apply' }>;

/** One lab machine, and the activities of step 7 as a worker would run them on it. */
export class StorageWorker {
  constructor(
    readonly dependencies: Dependencies,
    readonly machine: LabVirtualMachine,
    readonly layout: 'auto' | 'root-dir',
  ) {}

  get address(): HostAddress {
    return labAddressOf(this.machine);
  }

  /** Tries again as Temporal does: an emulated machine beside others may be too slow for one login. */
  async activity<Input, Output>(run: (input: Input) => Promise<Output>, input: Input): Promise<Output> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await new MockActivityEnvironment({ attempt }).run(run, input);
      } catch (error) {
        const final = !(error instanceof ApplicationFailure) || error.nonRetryable === true;
        if (final || attempt === 5) throw error;
      }
    }
  }

  async plan(): Promise<StoragePlan> {
    const facts = await this.activity(gatherFacts(this.dependencies), {
      host: this.address,
      mountPoint: '/data',
    });
    const storage = ephemeralStorageSchema.parse({ layout: this.layout });
    return planStorage({ facts, host: this.machine.name, storage });
  }

  async planToApply(): Promise<ApplyPlan> {
    const plan = await this.plan();
    if (plan.kind !== 'apply') throw new Error(`The plan is ${JSON.stringify(plan)}`);
    return plan;
  }

  /** Runs a step once. */
  async once(make: StorageStep, plan: ApplyPlan, generation = 1): Promise<StepResult> {
    const jobKey = `${make.step.toLowerCase()}-${generation}`;
    return await this.activity(make(this.dependencies), {
      host: this.address,
      target: plan.target,
      jobKey,
      approved: approvedBy('the test', plan.digest),
    });
  }

  /** Runs a step twice: the first time does something, the second time finds nothing left to do. */
  async twice(make: StorageStep, plan: ApplyPlan): Promise<void> {
    expect.soft(await this.once(make, plan), make.step).toMatchObject({ outcome: 'changed' });
    expect.soft(await this.once(make, plan, 2), `${make.step} again`).toMatchObject({ outcome: 'unchanged' });
  }

  async reboot(): Promise<void> {
    const host = this.address;
    const bootIdBefore = await this.activity(readBootId(this.dependencies), { host });
    await this.activity(requestReboot(this.dependencies), { host, bootIdBefore, reason: 'test' });
    await this.activity(waitForReboot(this.dependencies), { host, bootIdBefore });
    const again = await this.activity(requestReboot(this.dependencies), {
      host,
      bootIdBefore,
      reason: 'test',
    });
    expect(again.outcome).toBe('unchanged');
  }

  /** Standard output of shell text, read past the tool under test. */
  async see(script: string): Promise<string> {
    const { exitCode, stdout, stderr } = await this.machine.run(script);
    if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}: ${stderr}`);
    return stdout.trim();
  }
}
