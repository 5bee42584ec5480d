import type { PatientInput, VerificationResult, VerifyKubernetesInput } from '../../protocol/step-inputs.js';
import type { CheckedUnit } from '../../cluster/verification/units.js';
import { expectationsOf } from '../../cluster/release-choice/expectations.js';
import { isNode, membersOf } from '../../cluster/specification/members.js';
import type { HostSpecification, Specification } from '../../cluster/specification/specification.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import { forEachBounded } from '../../cluster/values/for-each-bounded.js';
import type { ClusterRun } from '../running/cluster-run.js';
import { hostAddressOf } from '../../protocol/host-addresses.js';
import { confirmPodNetwork } from './confirm-pod-network.js';

interface VerifyOptions {
  readonly release: string;
  /** The cluster as it should be, also with hosts that have dropped out since: these are not asked, but expected. */
  readonly cluster: Specification;
  /** Target of step 7, by host. */
  readonly storage: ReadonlyMap<string, StorageTarget>;
  /** Milliseconds that all of it may take to settle, as after an installation; without them everything is looked at once. */
  readonly patienceMs?: number;
}

/** Step 9 of the document: confirm Kubernetes cluster. Its answers are put into the run's checks. */
export async function confirmCluster(run: ClusterRun, options: VerifyOptions): Promise<void> {
  const specification = options.cluster;
  const { controlPlanes, etcdMembers } = membersOf(specification);
  const names = (hosts: readonly HostSpecification[]) => hosts.map(({ name }) => name);
  const asked = new Set(names(run.activeHosts()));
  const isAsked = ({ name }: HostSpecification) => asked.has(name);
  const note = (result: VerificationResult | null) => run.checks.push(...(result?.checks ?? []));
  const patience = patienceFrom(options, specification);

  // Confirm Kubernetes nodes and pods, and DNS, on a control plane
  const first = controlPlanes.find(isAsked);
  if (first) {
    const cluster = confirmationOf(specification, {
      host: first,
      nodes: names(specification.hosts),
      release: options.release,
    });
    await run.forHost(first, async (steps) => {
      note(await steps.run('confirmNodes', { ...cluster, ...patience() }));
      note(await steps.run('confirmPods', { ...cluster, ...patience() }));
      note(await steps.run('confirmDns', { ...cluster, ...patience() }));
    });
    const nodes = specification.hosts.filter((host) => isAsked(host) && isNode(host));
    await confirmPodNetwork(run, { specification, first, cluster, nodes, patience, note });
  }

  // Verify etcd status and health, on each member
  await forEachBounded(etcdMembers.filter(isAsked), (host) =>
    run.forHost(host, async (steps) => {
      const members = names(etcdMembers);
      note(
        await steps.run('verifyEtcd', { host: hostAddressOf(specification, host), members, ...patience() }),
      );
    }),
  );

  // Not in the document: services, mounts, array, kernel parameters, firewall and certificates, on every host
  await forEachBounded(specification.hosts.filter(isAsked), (host) =>
    run.forHost(host, async (steps) => {
      const storage = options.storage.get(host.name);
      note(
        await steps.run('verifyHost', {
          host: hostAddressOf(specification, host),
          units: unitsOf(host, names(etcdMembers)),
          kernelParameters: host.roles.includes('worker'),
          firewall: specification.firewall.enabled,
          certificates: true,
          ...(storage !== undefined && { storage }),
          ...patience(),
        }),
      );
    }),
  );
}

/** What is left of the patience, from now on, each time it is asked: the steps share it, as time passes for all of them. */
function patienceFrom({ patienceMs }: VerifyOptions, { overrides }: Specification): () => PatientInput {
  if (patienceMs === undefined) return () => ({});
  const end = Date.now() + patienceMs;
  return () => ({ patienceMs: Math.max(0, end - Date.now()), overrides });
}

/** Step 9 of the document: `etcdctl check perf` on each member, one after another, because they share their disks' work. */
export async function checkEtcdPerformance(run: ClusterRun): Promise<void> {
  const specification = run.activeSpecification();
  for (const host of membersOf(specification).etcdMembers) {
    await run.forHost(host, async (steps) => {
      const result = await steps.run('checkEtcdPerformance', { host: hostAddressOf(specification, host) });
      run.checks.push(...(result?.checks ?? []));
    });
  }
}

/** Services that the roles of a host need. */
export function unitsOf({ name, roles }: HostSpecification, etcdMembers: readonly string[]): CheckedUnit[] {
  return [
    ...(isNode({ roles }) ? (['containerd', 'kubelet'] as const) : []),
    ...(etcdMembers.includes(name) ? (['etcd'] as const) : []),
  ];
}

/** What is asked on a control plane about nodes, their pods and DNS. */
export function confirmationOf(
  specification: Specification,
  { host, ...asked }: Pick<VerifyKubernetesInput, 'nodes' | 'release'> & { readonly host: HostSpecification },
): VerifyKubernetesInput {
  const controlPlanes = membersOf(specification).controlPlanes.map(({ name }) => name);
  return {
    ...asked,
    controlPlanes,
    ...expectationsOf(specification, asked.release),
    host: hostAddressOf(specification, host),
  };
}
