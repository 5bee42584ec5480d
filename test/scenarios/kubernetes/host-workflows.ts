import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Dependencies } from '../../../src/activities/running/dependencies.js';
import { createActivities, type AllActivities } from '../../../src/activities/index.js';
import { startEmbeddedServer } from '../../../src/temporal/embedded-server.js';
import { createWorker } from '../../../src/workers/create-worker.js';
import type { HostOutcome, OneHostInput, PrepareHostInput } from '../../../src/protocol/host-messages.js';
import { approveUpdate, hostWorkflowId, progressQuery, taskQueue } from '../../../src/protocol/messages.js';

/** Arguments by the workflow's name. */
interface Arguments {
  readonly migrateStorage: OneHostInput;
  readonly prepareHost: PrepareHostInput;
}

/** Who approves, as it comes back in the outcome. */
export const approver = 'the test';

/** Workflows of single hosts, as Slipway's command starts them. */
export class HostWorkflows {
  constructor(private readonly client: Client) {}

  /** Runs one to its end, and approves the plan that it asks about. @throws Error where it asks anything else */
  async run<Name extends keyof Arguments>(
    name: Name,
    { address, port }: { readonly address: string; readonly port: number },
    argument: Arguments[Name],
  ): Promise<HostOutcome> {
    const handle = await this.client.workflow.start(name, {
      args: [argument],
      taskQueue,
      workflowId: hostWorkflowId(address, port),
    });
    const result = handle.result() as Promise<HostOutcome>;
    for (;;) {
      const outcome = await Promise.race([result, sleep(1000)]);
      if (outcome !== undefined) return outcome;
      await answer(handle);
    }
  }
}

async function answer(handle: WorkflowHandle): Promise<void> {
  const { questions } = await handle.query(progressQuery);
  for (const question of questions) {
    if (question.kind !== 'approval') throw new Error(JSON.stringify(question));
    await handle.executeUpdate(approveUpdate, { args: [{ plan: question.plan, by: approver }] });
  }
}

/**
 * A real Temporal server and a worker of this process, for the time of `use`.
 * @param watch activities that a test puts in the place of the real ones
 */
export async function withHostWorkflows<Output>(
  dependencies: Dependencies,
  watch: (real: AllActivities) => Partial<AllActivities>,
  use: (workflows: HostWorkflows) => Promise<Output>,
): Promise<Output> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-temporal-'));
  const server = await startEmbeddedServer({ folder });
  const { address, namespace } = server;
  try {
    const native = await NativeConnection.connect({ address });
    const connection = await Connection.connect({ address });
    const real = await createActivities(dependencies);
    const activities = { ...real, ...watch(real) };
    const worker = await createWorker({ connection: native, namespace, dependencies, activities });
    try {
      return await worker.runUntil(use(new HostWorkflows(new Client({ connection, namespace }))));
    } finally {
      await connection.close();
      await native.close();
    }
  } finally {
    await server.leave();
    await rm(folder, { recursive: true, force: true });
  }
}
