import { firewallTable, firewallUnit, ruleSetFile } from '../../network/firewall.js';
import { namedPort } from '../../network/ports.js';
import type {
  BlockedHost,
  NarrowPath,
  Obstacle,
  OutdatedFirewall,
  Reachability,
} from '../../network/reachability.js';
import type { Specification } from '../../specification/specification.js';
import type { FindingBeforeOverrides } from '../../checks/findings.js';

/** Ways between hosts on which Kubernetes would not get through, told before it is installed. */
export function reachabilityFindings(
  { blocked, narrow, outdated = [] }: Reachability,
  { firewall }: Pick<Specification, 'firewall'>,
): FindingBeforeOverrides[] {
  return [
    ...blocked.map(blockedFinding),
    ...outdated.map(firewall.enabled ? outdatedFinding : abandonedFinding),
    ...narrow.map(narrowFinding),
  ];
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

function blockedFinding({
  host,
  direction,
  ports,
  obstacle,
  peers,
  peerCount,
}: BlockedHost): FindingBeforeOverrides {
  const { is, why } = obstacles[obstacle];
  const others = othersOf({ peers, peerCount });
  const named = ports.map(namedPort).join(', ');
  const where = 'firewalls (nft list ruleset, ufw status), security groups, and switches in between';
  return {
    check: 'reachability',
    host,
    severity: 'error',
    is: direction === 'in' ? `${is} to ${others} on ${named}` : `${is} from ${others}, on any port`,
    shouldBe:
      direction === 'in' ? openToThem : 'able to reach the other hosts on the ports that it needs of them',
    advice:
      obstacle === 'other-machine'
        ? `${why}: look at address and internalAddress of ${host} in the specification.`
        : `${why}: look at ${where}, ${direction === 'in' ? `on the way from ${others} to ${host}` : `on the way out of ${host}`}.`,
  };
}

/** Step 10 of this run comes before Kubespray on such a host, so nothing has to wait for anybody. */
function outdatedFinding({ host, ports, ...peers }: OutdatedFirewall): FindingBeforeOverrides {
  const others = othersOf(peers);
  return {
    check: 'reachability',
    host,
    severity: 'warning',
    is: `Slipway’s own firewall of an earlier run does not know ${others} yet, so ${ports.map(namedPort).join(', ')} could not be tried from there`,
    shouldBe: openToThem,
    advice: `Nothing is to be done: the rules are written anew before Kubespray runs. Whether something else keeps ${others} out is not known until then.`,
  };
}

/** The specification wants no firewall any more, so nobody writes its rules anew. */
function abandonedFinding({ host, ports, ...peers }: OutdatedFirewall): FindingBeforeOverrides {
  return {
    check: 'reachability',
    host,
    severity: 'error',
    is: `Slipway’s own firewall of an earlier run keeps out ${othersOf(peers)} on ${ports.map(namedPort).join(', ')}`,
    shouldBe: openToThem,
    advice:
      `Set firewall.enabled to true, and the rules are written anew. Or take them away on ${host}: ` +
      `systemctl disable --now ${firewallUnit}; rm ${ruleSetFile}; nft delete table ${firewallTable}.`,
  };
}

const openToThem = 'open to the hosts that need these ports';

function othersOf({ peers, peerCount }: Pick<BlockedHost, 'peers' | 'peerCount'>): string {
  return `${peers.join(', ')}${peerCount > peers.length ? ` and ${peerCount - peers.length} more` : ''}`;
}

function narrowFinding({ from, to, mtu, arrives }: NarrowPath): FindingBeforeOverrides {
  return {
    check: 'path-mtu',
    host: from,
    severity: 'warning',
    is: `packets of ${mtu} bytes, the interface’s MTU, do not arrive at ${to}; those of ${arrives} do`,
    shouldBe: 'a way on which the longest packets arrive, or long answers never come',
    advice: `Set the MTU of ${from}’s interface to ${arrives} in netplan, or raise that of the network in between.`,
  };
}
