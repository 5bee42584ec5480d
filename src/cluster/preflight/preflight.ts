import { clockFindings } from './clock.js';
import { clusterNetworkFindings } from './network/cluster-networks.js';
import { controlHostAsNode, controlHostNeeds } from './control-host.js';
import { controlPlaneCountFindings } from './control-plane-count.js';
import { containerEngineFindings } from './container-engine.js';
import type { HostLook } from '../checks/host-check.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { gpuFindings } from './gpu.js';
import { gvisorFindings } from './gvisor.js';
import { identityFindings } from './identity.js';
import { kubernetesFindings } from './kubernetes.js';
import { kubesprayFindings } from './kubespray.js';
import { mirrorFindings } from './mirror.js';
import { mtuFindings } from './network/mtu.js';
import { otherClusterFindings, withoutTaken } from './other-cluster.js';
import { reachabilityFindings } from './network/reachability.js';
import { upstreamDnsFindings } from './network/upstream-dns.js';
import { roomFindings } from './room.js';
import { sizingFindings } from './sizing.js';
import { systemFindings } from './system.js';
import { rulesFor } from '../releases/releases.js';
import type { PreflightSituation } from './situation.js';

/**
 * Checks, before anything is changed, that the hosts can become the cluster that is asked for: the document's sizing
 * and software requirements, and what is known to break a cluster later. Hosts without facts are not judged. Overrides
 * are none of its business.
 */
export function preflight(situation: PreflightSituation): FindingBeforeOverrides[] {
  const { specification, facts, release: name, controlHost, reachability, mirror } = situation;
  const release = name === undefined ? undefined : rulesFor(name).release;
  const looks: HostLook[] = specification.hosts.flatMap((host) => {
    const known = facts[host.name];
    return known === undefined ? [] : [{ host, facts: known, specification, release }];
  });
  const own = withoutTaken(specification, facts);
  return [
    ...controlPlaneCountFindings(specification),
    ...controlHostAsNode(situation),
    ...upstreamDnsFindings(specification),
    ...(controlHost?.controlHost === undefined ? [] : controlHostNeeds(controlHost.controlHost)),
    ...kubesprayFindings(situation, release),
    ...clusterNetworkFindings(specification, facts),
    ...looks.flatMap(sizingFindings),
    ...looks.flatMap(systemFindings),
    ...looks.flatMap(containerEngineFindings),
    ...looks.flatMap(gpuFindings),
    ...looks.flatMap(gvisorFindings),
    ...looks.flatMap(roomFindings),
    ...otherClusterFindings(specification, facts),
    ...kubernetesFindings(looks.filter(({ host }) => Object.hasOwn(own, host.name))),
    ...identityFindings(looks),
    ...clockFindings(looks),
    ...mtuFindings(looks),
    ...(reachability === undefined ? [] : reachabilityFindings(reachability, specification)),
    ...(mirror === undefined ? [] : mirrorFindings(mirror)),
  ];
}
