import { condition, setHandler, workflowInfo } from '@temporalio/workflow';
import { targetOfPlan } from '../cluster/storage/storage-plan.js';
import { finishSignal, type HostOutcome, type PrepareHostInput } from '../protocol/host-messages.js';
import { HostRun } from './running/host-run.js';
import { provideStorage, startUnits } from './phases/provide-storage.js';

/**
 * Everything that is done on one host: step 7 before Kubespray runs, the finishing steps after it. Its workflow ID
 * `host/<address>:<port>` is the host's lock, so it stays open from the first change to the last.
 */
export async function prepareHost(input: PrepareHostInput): Promise<HostOutcome> {
  const { host, storage, firewallRuleSet: ruleSet } = input;
  const run = new HostRun({
    cluster: input.cluster,
    host: host.name,
    hostCount: input.hostCount,
  });
  let mayFinish = workflowInfo().parent === undefined;
  setHandler(finishSignal, () => {
    mayFinish = true;
  });
  const applyFirewall = async () => {
    if (ruleSet !== null) await run.steps.run('applyFirewallRules', { host, ruleSet });
  };
  return run.outcomeOf(async () => {
    // Step 7: provider ephemeral storage config
    run.progress.setPhase('preparing');
    if (storage !== null) await provideStorage(run, storage);
    // Step 10 of an earlier run keeps out hosts that are new, and Kubespray has them join before it comes again.
    if (input.firewallFirst === true) await applyFirewall();
    run.progress.setHostState(host.name, 'prepared');

    // Step 8 is Kubespray's, for all hosts at once
    await condition(() => mayFinish);
    run.progress.setHostState(host.name, 'working');
    run.progress.setPhase('finishing');

    // Steps 7.14 and 7.15: start and enable containerd and kubelet
    const target = targetOfPlan(run.storage);
    if (target !== undefined) await startUnits(run.steps, host, target);
    // Step 9: custom kernel parameters
    if (input.kernelParameters) await run.steps.run('applyKernelParameters', { host });
    // Step 10: review firewall policies
    await applyFirewall();
  });
}
