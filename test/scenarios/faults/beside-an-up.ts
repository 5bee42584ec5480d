import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { expect } from 'vitest';
import type { Report } from '../../../src/cluster/report/report.js';
import type { HostOutcome } from '../../../src/protocol/host-messages.js';
import type { ClusterProgress } from '../../../src/protocol/progress.js';
import { clusterWorkflowId, hostWorkflowId, taskQueue } from '../../../src/protocol/messages.js';
import { digestOfTree, seededPaths } from '../../../src/lab/seed-worker.js';
import { read } from '../procedure/host-truth.js';
import { follow, followUp, type Decide, type Play, type PlayOptions } from './follow-up.js';
import { hostState } from './world-state.js';

/** What an `up` that ends well never comes to, one after the other on the same machines. */
export const besideAnUp: Play = async (options) => {
  await abortAndUndo(options);
  await cancelInAJob(options);
  await followUp(options);
  await deleteTheOldData(options);
  return await resetTheWorker(options);
};

/** Somebody's file is in the way of the mount; the person gives up, and everything is as it was before. */
async function abortAndUndo(options: PlayOptions): Promise<void> {
  const { run, cast } = options;
  const { worker, machines } = cast;
  await read(worker, 'mkdir /data; touch /data/of-somebody; sync');
  const before = await hostState(worker, machines);
  const handle = await start(options, cast.specification.name);
  const asked = aMoment();
  let mayAbort = false;
  const decide: Decide = ({ step }) => {
    if (step !== 'mountData') return 'retry';
    asked.come();
    return mayAbort ? 'abort' : undefined;
  };
  const followed = follow(handle, { run, decide });
  await Promise.race([followed, asked.hasCome]);
  await otherClusterIsRefused(options);
  mayAbort = true;
  const report = (await followed) as Report;
  const outcome = report.hosts.find(({ host }) => host === worker.name);
  expect(outcome).toMatchObject({ result: 'aborted', why: expect.stringContaining('was undone') as string });
  expect(withoutArray(await hostState(worker, machines))).toEqual(withoutArray(before));
  await read(worker, 'rm /data/of-somebody; rmdir /data; sync');
}

/** The array stays, and the record of what has been undone. */
function withoutArray(state: Readonly<Record<string, string>>) {
  return { ...state, array: '', members: '' };
}

/** While one cluster works on the hosts, another one that names them gets none of them. */
async function otherClusterIsRefused(options: PlayOptions): Promise<void> {
  const handle = await start(options, 'another');
  const decide: Decide = ({ step }) => (step === 'prepareHost' ? 'abort' : 'retry');
  const report = (await follow(handle, { run: options.run, decide })) as Report;
  for (const { why } of report.hosts) expect(why).toContain(`cluster ${options.cast.specification.name}`);
}

/** Step 7 by itself, cancelled while the data is copied: the job on the host is stopped. The data takes a while for that. */
async function cancelInAJob({ client, run, cast }: PlayOptions): Promise<void> {
  const { worker, specification } = cast;
  const large = '/var/lib/kubelet/large';
  await read(worker, `head -c 300M /dev/urandom > ${large}; sync`);
  const handle = await client.workflow.start('migrateStorage', {
    args: [{ specification, host: worker.name }],
    taskQueue,
    workflowId: hostWorkflowId(worker.address, worker.port),
  });
  const copying = aMoment();
  const watch = ({ hosts }: ClusterProgress) => {
    const steps = hosts.flatMap((host) => host.steps);
    if (steps.some(({ step, state }) => step === 'copyData' && state === 'running')) copying.come();
  };
  const followed = follow(handle, { run, decide: () => 'retry', watch });
  await Promise.race([followed, copying.hasCome]);
  await handle.cancel();
  await expect(followed).rejects.toThrow(WorkflowFailedError);
  await read(worker, `rm ${large}`);
}

async function deleteTheOldData({ client, run, cast }: PlayOptions): Promise<void> {
  const { worker, specification } = cast;
  const workflowId = hostWorkflowId(worker.address, worker.port);
  const handle = await client.workflow.start('deleteOldData', {
    args: [{ specification, host: worker.name }],
    taskQueue,
    workflowId,
  });
  const outcome = (await follow(handle, { run, decide: () => 'retry' })) as HostOutcome;
  expect(outcome).toMatchObject({ result: 'done' });
  expect(await read(worker, 'ls -d /var/lib/*.slipway-* || true')).toBe('');
}

/** A worker that has lost its certificate is reset, which takes its data, and joins again. */
async function resetTheWorker(options: PlayOptions): Promise<Report> {
  const { worker, data } = options.cast;
  expect(await digestOfTree(worker, seededPaths)).toBe(data);
  await read(worker, 'rm /var/lib/kubelet/pki/kubelet-client-current.pem; sync');
  const report = await followUp(options);
  expect(report.approvals.map(({ hosts }) => hosts)).toEqual([[worker.name]]);
  expect(await read(worker, 'readlink -e /var/lib/kubelet/pki/kubelet-client-current.pem')).not.toBe('');
  return report;
}

/** An `up` of the cast's machines, as the cluster of this name. */
function start({ client, cast }: PlayOptions, name: string): Promise<WorkflowHandle> {
  const args = [{ ...cast.specification, name }];
  return client.workflow.start('provisionCluster', { args, taskQueue, workflowId: clusterWorkflowId(name) });
}

/** Something that is waited for, once. */
function aMoment() {
  let come: () => void = () => undefined;
  const hasCome = new Promise<void>((resolve) => (come = resolve));
  return { come, hasCome };
}
