import type { FindingBeforeOverrides } from '../../checks/findings.js';
import type { Specification } from '../../specification/specification.js';

/** CoreDNS runs in a pod, where a loopback address is the pod itself: it would ask itself for ever. */
export function upstreamDnsFindings({ dns }: Specification): FindingBeforeOverrides[] {
  const loopback = dns.upstream.filter((address) => address.startsWith('127.') || address === '::1');
  if (loopback.length === 0) return [];
  return [
    {
      check: 'upstream-dns',
      host: null,
      severity: 'error',
      is: loopback.join(', '),
      shouldBe: 'DNS servers that pods can reach, such as 8.8.8.8 and 1.1.1.1',
      advice: 'Change dns.upstream.',
    },
  ];
}
