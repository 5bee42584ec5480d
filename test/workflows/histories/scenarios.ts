import { NativeConnection } from '@temporalio/worker';
import type { WorkflowHandle } from '@temporalio/client';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { hostWorkflowId } from '../../../src/protocol/messages.js';
import type { ClusterProgress, DecisionVerb, Question } from '../../../src/protocol/progress.js';
import { CuttableLink } from '../../support/cuttable-link.js';
import { asked, until, type LabRun } from '../../support/environment.js';
import type { FakeMachines } from '../../fakes/fake-machines.js';

/** What a scenario has: a worker, machines that nobody has touched, and a cluster's specification. */
export interface Stage {
  readonly run: LabRun;
  readonly machines: FakeMachines;
  /** A control plane and these workers, at addresses that no other scenario has. */
  readonly cluster: (
    change?: Partial<SpecificationInput> & { workers?: readonly string[] },
  ) => SpecificationInput;
}

/**
 * What is played to record histories, by the name of the histories' folder. Each shows one way in which a procedure can
 * go; its workflows are over when it resolves. Few hosts, so that the files stay small.
 */
export const scenarios: Readonly<Record<string, (stage: Stage) => Promise<unknown>>> = {
  success: async ({ run, machines, cluster }) => {
    machines.machine('w2').hasData = true;
    const handle = await run.provision(cluster({ workers: ['w1', 'w2'] }));
    await approve(handle);
    await handle.result();
  },

  'approval-refused': async ({ run, cluster }) => {
    const handle = await run.provision(cluster({ workers: ['w1', 'w2'] }));
    const { plan } = await asked(handle);
    const denial = { plan: plan?.digest, by: 'bob', reason: 'in use' };
    await handle.signal('deny', { ...denial, hosts: ['w2'] });
    await handle.executeUpdate('deny', { args: [denial] });
    await handle.result();
  },

  'approval-expired': async ({ run, cluster }) => {
    const handle = await run.provision(cluster({ approval: { hours: 0.0004 } }));
    await handle.result();
  },

  'plan-changed': async ({ run, machines, cluster }) => {
    const handle = await run.provision(cluster());
    const { plan } = await asked(handle);
    await handle.signal('approve', { plan: `sha256:${'0'.repeat(64)}`, by: 'eve' });
    // Somebody takes both disks out and puts others in.
    machines.machine('w1').serials = 'T';
    await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
    const isAskedAnew = await until(
      handle,
      ({ questions: [question] }) => question?.kind === 'approval' && question.plan !== plan?.digest,
    );
    const [question] = isAskedAnew.questions;
    await handle.executeUpdate('approve', {
      args: [{ plan: question?.kind === 'approval' && question.plan, by: 'bob' }],
    });
    await handle.result();
  },

  'host-refused': async ({ run, machines, cluster }) => {
    machines.machine('w1').disks = 1;
    const handle = await run.provision(cluster());
    await handle.result();
  },

  'specification-refused': async ({ run, cluster }) => {
    const specification = { ...cluster(), dns: { upstream: ['not an address'] } };
    await ended(await run.provision(specification));
  },

  'step-retried': async ({ run, machines, cluster }) => {
    machines.failTimes('copySshKey', 'w1', 1, 'Permission denied');
    machines.failTimes('applyFirewallRules', 'w1', 1, 'nft: no');
    const handle = await run.provision(cluster({ ephemeralStorage: false }));
    await decide(handle, 'retry', 'copySshKey');
    await decide(handle, 'retry', 'applyFirewallRules');
    await handle.result();
  },

  'steps-skipped-and-aborted': async ({ run, machines, cluster }) => {
    machines.failTimes('applyKernelParameters', 'w1', 1, 'sysctl: no');
    machines.failTimes('makeFileSystem', 'w2', 1, 'mkfs: no');
    const handle = await run.provision(
      cluster({
        hosts: cluster({ workers: ['w1', 'w2'] }).hosts.map((host) =>
          host.name === 'w1' ? { ...host, ephemeralStorage: false } : host,
        ),
      }),
    );
    await approve(handle);
    await decide(handle, 'abort', 'makeFileSystem');
    await decide(handle, 'skip', 'applyKernelParameters');
    await handle.result();
  },

  'kubespray-retried-and-aborted': async ({ run, machines, cluster }) => {
    machines.failTimes('runKubespray', 'control host', 2, 'fatal: [w1]');
    const handle = await run.provision(cluster({ ephemeralStorage: false }));
    await decide(handle, 'retry', 'runKubespray');
    await decide(handle, 'abort', 'runKubespray');
    await handle.result();
  },

  // Half-initialised nodes: one is reset, one is run over all the same, and on one the procedure is given up.
  'nodes-half-initialised': async ({ run, machines, cluster }) => {
    for (const name of ['w1', 'w2', 'w3']) machines.machine(name).kubeadm = { kubeletConf: true };
    const handle = await run.provision(cluster({ workers: ['w1', 'w2', 'w3'], ephemeralStorage: {} }));
    await approve(handle);
    await until(handle, ({ phase }) => phase === 'kubespray');
    await approve(handle);
    for (const [host, verb] of [
      ['w2', 'skip'],
      ['w3', 'abort'],
    ] as const) {
      const { questions } = await until(handle, ({ questions: [question] }) =>
        isAboutResetOf(host, question),
      );
      await handle.signal('deny', { plan: planIn({ questions }), by: 'bob' });
      await decide(handle, verb, 'probeNode');
    }
    await handle.result();
  },

  'cancelled-and-continued': async ({ run, machines, cluster }) => {
    machines.machine('w1').hasData = true;
    const held = machines.hold('copyData', 'w1');
    const specification = cluster();
    const handle = await run.provision(specification);
    await approve(handle);
    await held.reached;
    await handle.cancel();
    await ended(handle);
    held.release();
    const again = await run.provision(specification);
    await approve(again);
    await again.result();
  },

  'cancelled-while-asking': async ({ run, cluster }) => {
    const handle = await run.provision(cluster());
    await asked(handle);
    await handle.cancel();
    await ended(handle);
  },

  'worker-lost': async ({ run, machines, cluster }) => {
    const held = machines.hold('applyKernelParameters', 'w1');
    const link = await CuttableLink.to(run.lab.temporal.address);
    const connection = await NativeConnection.connect({ address: link.address });
    await run.stopWorker();
    await run.startWorker(connection);
    const handle = await run.provision(cluster({ ephemeralStorage: false }));
    await held.reached;
    link.cut();
    held.release();
    // The server still waits for the lost worker, and gives its work to the next one after a timeout.
    await run.startWorker();
    await handle.result();
    link.mend();
    await run.stopWorker();
    await connection.close();
    link.close();
  },

  'host-held-by-another': async ({ run, machines, cluster }) => {
    const first = cluster({ ephemeralStorage: false });
    const held = machines.hold('runKubespray', 'control host');
    const holder = await run.provision(first);
    await held.reached;
    const second = await run.provision({ ...first, name: `${first.name}-too` });
    await until(second, ({ questions }) => questions.length === 2);
    await second.signal('abort', { by: 'ann', host: 'w1' });
    held.release();
    await holder.result();
    await second.executeUpdate('retry', { args: [{ by: 'ann', host: 'cp' }] });
    await second.result();
  },

  'verified-by-itself': async ({ run, machines, cluster }) => {
    machines.failTimes('verifyEtcd', 'cp', 1, 'etcdctl: no');
    const specification = cluster();
    const handle = await run.start('verifyCluster', specification, `verify/${specification.name}`);
    await handle.result();
  },

  'storage-by-itself': async ({ run, machines, cluster }) => {
    machines.machine('w1').hasData = true;
    const specification = cluster();
    const { address = '' } = specification.hosts[1] ?? {};
    const input = { specification, host: 'w1' };
    const handle = await run.start('migrateStorage', input, hostWorkflowId(address, 22));
    await approve(handle);
    await handle.result();
  },

  // Given up in the middle of step 7; on one host undoing it fails at first.
  'storage-undone': async ({ run, machines, cluster }) => {
    for (const name of ['w1', 'w2']) machines.machine(name).hasData = true;
    machines.failTimes('copyData', 'w1', 1, 'rsync: no space left');
    machines.failTimes('mountData', 'w2', 1, 'mount: no');
    machines.failTimes('undoStorage', 'w2', 1, 'umount: target is busy');
    const handle = await run.provision(cluster({ workers: ['w1', 'w2'] }));
    await approve(handle);
    await decide(handle, 'abort', 'copyData');
    await decide(handle, 'abort', 'mountData');
    await decide(handle, 'retry', 'undoStorage');
    await handle.result();
  },

  'old-data-deleted': async (stage) => {
    const deleteOldData = await migrated(stage);
    const handle = await deleteOldData();
    const { questions } = await asked(handle);
    // It has grown when the approval comes, so it is asked about anew.
    stage.machines.machine('w1').oldBytes = 2_000_000;
    await approve(handle);
    await until(handle, (now) => now.questions.length > 0 && planIn(now) !== planIn({ questions }));
    await approve(handle);
    await handle.result();
    const nothingLeft = await deleteOldData();
    await nothingLeft.result();
  },

  'old-data-kept': async (stage) => {
    const deleteOldData = await migrated(stage);
    const denied = await deleteOldData();
    await denied.signal('deny', { plan: planIn(await asked(denied)), by: 'bob', reason: 'not yet' });
    await denied.result();
    stage.machines.failCheck('unit-kubelet', 'w1');
    const refused = await deleteOldData();
    await refused.result();
  },
};

/** A host whose data was moved. @returns what starts the deletion of what is kept of it */
async function migrated({ run, machines, cluster }: Stage): Promise<() => Promise<WorkflowHandle>> {
  machines.machine('w1').hasData = true;
  const specification = cluster();
  const handle = await run.provision(specification);
  await approve(handle);
  await handle.result();
  const { address = '' } = specification.hosts[1] ?? {};
  const input = { specification, host: 'w1' };
  return () => run.start('deleteOldData', input, hostWorkflowId(address, 22));
}

function isAboutResetOf(host: string, question: Question | undefined): boolean {
  return question?.kind === 'approval' && question.reset !== undefined && question.hosts.includes(host);
}

/** The digest that is asked about. */
function planIn({ questions: [question] }: Pick<ClusterProgress, 'questions'>): string | undefined {
  return question?.kind === 'approval' ? question.plan : undefined;
}

/** Approves what is asked about. */
async function approve(handle: WorkflowHandle): Promise<void> {
  const { questions } = await asked(handle);
  for (const question of questions) {
    if (question.kind === 'approval') await handle.signal('approve', { plan: question.plan, by: 'ann' });
  }
}

/** Answers the failure of a step once it is there. */
async function decide(handle: WorkflowHandle, verb: DecisionVerb, step: string): Promise<void> {
  await until(handle, ({ questions }) =>
    questions.some((question) => question.kind === 'decision' && question.step === step),
  );
  await handle.executeUpdate(verb, { args: [{ by: 'ann', step }] });
}

/** Waits until a workflow is over that does not end well. */
async function ended(handle: WorkflowHandle): Promise<void> {
  await handle.result().catch(() => undefined);
}
