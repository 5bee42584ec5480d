import { membersOf } from '../members.js';
import type { Specification } from '../specification.js';
import { counted } from '../units.js';
import type { FoundBefore } from './finding.js';

/** What concerns the cluster as a whole. Hosts may have dropped out, so even what the specification's rules refuse is looked at. */
export function clusterFindings(specification: Specification): FoundBefore[] {
  return [...controlPlanes(specification), ...controlHost(specification), ...upstreamDns(specification)];
}

/** The document's "Additional Cluster Sizing Considerations". */
function controlPlanes(specification: Specification): FoundBefore[] {
  const { length: count } = membersOf(specification).controlPlanes;
  const found = (finding: Pick<FoundBefore, 'severity' | 'shouldBe' | 'mend'>): FoundBefore[] => [
    {
      check: 'control-plane-count',
      host: null,
      is: counted(count, 'control plane'),
      ...finding,
    },
  ];
  if (count % 2 === 0) {
    return found({
      severity: 'error',
      shouldBe: 'an odd number, so that a majority is left when one fails',
      mend: 'Name 1, 3 or 5 control planes.',
    });
  }
  if (count > 1) return [];
  return found({
    severity: 'warning',
    shouldBe: 'better 3 for production; 1 will do where it is easily recovered',
    mend: 'Name three control planes, or accept it by an override of control-plane-count with a reason.',
  });
}

/** The document's step 1: "Kubespray should not be installed on the Kubernetes hosts themselves". */
function controlHost({ controlHost, hosts }: Specification): FoundBefore[] {
  if (controlHost === 'local') return [];
  const node = hosts.find(
    ({ address, port }) => address === controlHost.address && port === controlHost.port,
  );
  if (node === undefined) return [];
  return [
    {
      check: 'control-host',
      host: null,
      severity: 'warning',
      is: `the control host is ${node.name}`,
      shouldBe: 'a machine that is not part of the cluster; this one may be restarted on the way',
      mend: 'Name another control host, or run Slipway there and say controlHost: local.',
    },
  ];
}

/** CoreDNS runs in a pod, where a loopback address is the pod itself: it would ask itself for ever. */
function upstreamDns({ dns }: Specification): FoundBefore[] {
  const loopback = dns.upstream.filter((address) => address.startsWith('127.') || address === '::1');
  if (loopback.length === 0) return [];
  return [
    {
      check: 'upstream-dns',
      host: null,
      severity: 'error',
      is: loopback.join(', '),
      shouldBe: 'DNS servers that pods can reach, such as 8.8.8.8 and 1.1.1.1',
      mend: 'Change dns.upstream.',
    },
  ];
}
