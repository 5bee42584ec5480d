import { namedPort } from '../ports.js';
import type { BlockedHost, NarrowPath, Obstacle, Reachability } from '../reachability.js';
import type { FoundBefore } from './finding.js';

/** Ways between hosts on which Kubernetes would not get through, told before it is installed. */
export function reachabilityFindings({ blocked, narrow }: Reachability): FoundBefore[] {
  return [...blocked.map(blockedFinding), ...narrow.map(narrowFinding)];
}

const obstacles: Readonly<Record<Obstacle, { readonly is: string; readonly why: string }>> = {
  'timed-out': { is: 'no answer', why: 'Something drops the packets' },
  refused: { is: 'refused', why: 'Something turns the packets away' },
  unreachable: {
    is: 'unreachable',
    why: 'There is no route, or something on the way turns the packets away',
  },
  'other-machine': {
    is: 'another machine answers',
    why: 'The address is used twice, or is another machine’s',
  },
};

function blockedFinding({ host, direction, ports, obstacle, peers, peerCount }: BlockedHost): FoundBefore {
  const { is, why } = obstacles[obstacle];
  const others = `${peers.join(', ')}${peerCount > peers.length ? ` and ${peerCount - peers.length} more` : ''}`;
  const named = ports.map(namedPort).join(', ');
  const where = 'firewalls (nft list ruleset, ufw status), security groups, and switches in between';
  return {
    check: 'reachability',
    host,
    severity: 'error',
    is: direction === 'in' ? `${is} to ${others} on ${named}` : `${is} from ${others}, on any port`,
    shouldBe:
      direction === 'in'
        ? 'open to the hosts that need these ports'
        : 'able to reach the other hosts on the ports that it needs of them',
    mend:
      obstacle === 'other-machine'
        ? `${why}: look at address and internalAddress of ${host} in the specification.`
        : `${why}: look at ${where}, ${direction === 'in' ? `on the way from ${others} to ${host}` : `on the way out of ${host}`}.`,
  };
}

function narrowFinding({ from, to, mtu, arrives }: NarrowPath): FoundBefore {
  return {
    check: 'path-mtu',
    host: from,
    severity: 'warning',
    is: `packets of ${mtu} bytes, the interface’s MTU, do not arrive at ${to}; those of ${arrives} do`,
    shouldBe: 'a way on which the longest packets arrive, or long answers never come',
    mend: `Set the MTU of ${from}’s interface to ${arrives} in netplan, or raise that of the network in between.`,
  };
}
