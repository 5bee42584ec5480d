import { rulesFor } from '../../cluster/releases/releases.js';
import { resetVariables } from '../../cluster/rerun/reset-node.js';
import type { ApprovedPlan } from '../../protocol/approvals.js';
import type { ClusterRun } from '../running/cluster-run.js';
import type { PlaybookContext } from './playbook-context.js';
import { controlHostAddress, hostAddressOf } from '../../protocol/host-addresses.js';

interface Reset extends PlaybookContext {
  readonly run: ClusterRun;
  readonly host: string;
  readonly isEtcd: boolean;
  readonly approval: ApprovedPlan;
}

/**
 * Kubespray's own playbook, on this node only; then what it does not know of step 7. From v2.27 on it stops where the
 * facts of the other hosts are not cached, and Ansible forgets them after a day.
 */
export async function resetNode(reset: Reset): Promise<void> {
  const { run, hosts, kubespray, provider, host, isEtcd, approval } = reset;
  const specification = run.activeSpecification();
  const { playbooks, extraVariables } = rulesFor(kubespray.release).release;
  const common = { host: controlHostAddress(specification), cluster: specification.name, ...kubespray };
  run.approvals.push({ kind: 'reset', plan: approval.digest, by: approval.by, hosts: [host] });
  await provider.begin();
  await run.controlHost.need('runKubespray', {
    ...common,
    playbook: playbooks.facts,
    hostCount: specification.hosts.length,
    extraVariables: extraVariables.facts ?? {},
  });
  await run.controlHost.need('runKubespray', {
    ...common,
    playbook: playbooks.reset,
    hostCount: 1,
    extraVariables: { ...extraVariables.reset, ...resetVariables({ isEtcd }) },
    limit: [host],
    approved: approval,
  });
  const target = hosts.storageTargets().get(host);
  const node = specification.hosts.find(({ name }) => name === host);
  if (target === undefined || node === undefined) return;
  await run
    .stepsOn(node)
    .need('restoreDataDirectories', { host: hostAddressOf(specification, node), target });
}
