import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findTemporalCli } from '../../src/temporal/find-cli.js';
import { runWorker } from '../../src/workers/run-worker.js';
import { startServer } from '../support/environment.js';

let temporal: TestWorkflowEnvironment;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const { path } = await findTemporalCli();
  temporal = await startServer(path, { searchAttributes: [] });
});
afterAll(async () => {
  await temporal.teardown();
});

it('registers the search attributes, takes work with the real activities, and ends when it is asked to', async () => {
  const end = new AbortController();
  let ready: () => void = () => undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const running = runWorker({
    connectionOptions: { address: temporal.address },
    namespace: 'default',
    signal: end.signal,
    handleSignals: false,
    logLevel: 'ERROR',
    onReady: () => {
      ready();
    },
  });
  await Promise.race([isReady, running]);

  const { customAttributes } = await temporal.connection.operatorService.listSearchAttributes({
    namespace: 'default',
  });
  expect(Object.keys(customAttributes ?? {})).toEqual(
    expect.arrayContaining(['SlipwayCluster', 'SlipwayPhase', 'SlipwayWaitingFor']),
  );

  const handle = await temporal.client.workflow.start('provisionCluster', {
    taskQueue: 'slipway',
    workflowId: 'cluster/empty',
    args: [{ name: 'empty', hosts: [] }],
  });
  await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'InvalidSpecification' } });

  end.abort();
  await expect(running).resolves.toBeUndefined();
});
