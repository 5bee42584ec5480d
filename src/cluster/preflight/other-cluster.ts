import { overrideOf } from '../checks/overrides.js';
import { roleOf } from '../rerun/node-role.js';
import { isServiceActive, type ClusterFacts } from '../facts/facts.js';
import { membersOf } from '../specification/members.js';
import type { NodeSeen } from '../rerun/node-seen.js';
import { nodesOfOtherClusters, type OtherNode } from '../rerun/other-cluster.js';
import type { Specification } from '../specification/specification.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';

function takenHosts(specification: Specification, facts: ClusterFacts): ReadonlyMap<string, OtherNode> {
  const { controlPlanes } = membersOf(specification);
  const nodes = specification.hosts.flatMap((host): NodeSeen[] => {
    const seen = facts[host.name];
    if (seen === undefined) return [];
    const { kubeletIdentity: identity, kubernetes, units, addresses } = seen;
    const hasKubeletConf = kubernetes != null;
    const hasApiServer = kubernetes?.apiServer == null ? undefined : true;
    const isControlPlane = identity?.isControlPlane ?? hasApiServer;
    return [
      {
        host: host.name,
        role: roleOf(host, controlPlanes),
        identity,
        addresses,
        kubeletIsActive: isServiceActive(units, 'kubelet'),
        isBlank: kubernetes === null && isControlPlane !== true && identity?.authorities.length === 0,
        hasKubeletConf,
        isControlPlane,
        isComplete: hasKubeletConf && isControlPlane === true,
      },
    ];
  });
  return new Map([...nodesOfOtherClusters({ nodes, specification })].filter(([, { isLive }]) => isLive));
}

/**
 * Facts of the hosts whose Kubernetes is that of this cluster, if they have any. What runs on a node of another one decides
 * nothing for this one, unless the operator says by an override that it is none.
 */
export function withoutTaken(specification: Specification, facts: ClusterFacts): ClusterFacts {
  const taken = takenHosts(specification, facts);
  const isOwn = (host: string) =>
    !taken.has(host) || overrideOf({ check: 'other-cluster', host }, specification.overrides) !== undefined;
  return Object.fromEntries(Object.entries(facts).filter(([host]) => isOwn(host)));
}

/** A reset of such a node, or `cluster.yml` over it, ends what works there. */
export function otherClusterFindings(
  specification: Specification,
  facts: ClusterFacts,
): FindingBeforeOverrides[] {
  const taken = takenHosts(specification, facts);
  return specification.hosts.flatMap(({ name, address }) => {
    const other = taken.get(name);
    if (other === undefined) return [];
    return [
      {
        check: 'other-cluster',
        host: name,
        severity: 'error',
        is: other.text,
        shouldBe: 'a node of no other cluster; Slipway does not take nodes from one',
        advice: other.wayOut(`${name} (${address})`),
      } as const,
    ];
  });
}
