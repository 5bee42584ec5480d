import { judge, listed, type JudgedCheck } from '../checks/checks.js';
import { isSameAddress } from '../values/ip-address.js';
import type { NodeNetwork } from './cluster-network.js';
import {
  networkObstacles,
  type DnsAnswer,
  type Connection,
  type DnsQuestion,
  type NetworkTrial,
} from './network-trial.js';

/**
 * Not in the document: whether pods reach each other and their services, and DNS answers, tried from each node. Config
 * maps and pods' states say nothing of it: with packets between nodes dropped, every pod stays Running and ready.
 */

/** What a node has tried. */
export interface NetworkSeen {
  readonly host: string;
  readonly network: NodeNetwork;
  /** By what the network plugin carries packets between nodes, such as "udp 8472 (Flannel VXLAN)". */
  readonly carriers: readonly string[];
  /** From the host, and from a pod on it where there is one; null: the host has no Python. */
  readonly trials: readonly NetworkTrial[] | null;
  /** Why nothing was tried from the pod that was chosen for it; null: it was, or there is none. */
  readonly notEntered: string | null;
}

/** Three checks of one node. */
export function judgePodNetwork(seen: NetworkSeen): JudgedCheck[] {
  const { host, trials } = seen;
  if (trials === null) return [withoutPython(host)];
  return [judgePods(seen, trials), judgeServices(seen, trials), judgeDns(seen, trials)];
}

function withoutPython(host: string): JudgedCheck {
  return {
    check: 'pod-network',
    host,
    passed: false,
    is: 'not tried: there is no python3',
    shouldBe: 'a TCP connection to a pod on each other node',
    advice: `The network is tried by python3, which Ansible needs as well: install it on ${host}.`,
  };
}

/** Something that failed, and from where. */
interface Failure {
  readonly text: string;
  readonly from: string;
}

function judgePods(seen: NetworkSeen, trials: readonly NetworkTrial[]): JudgedCheck {
  const { host, network } = seen;
  const failures = trials.flatMap((trial) => {
    const tried = connectionsOf(trial, 'pod');
    const reached = new Set(tried.filter(({ obstacle }) => obstacle === null).map(({ to }) => to.purpose));
    return tried.filter(({ to }) => !reached.has(to.purpose)).map((one) => failureOf(one, trial.from));
  });
  const nodes = [...new Set(network.dnsPods.map(({ node }) => node))];
  return judge({
    check: 'pod-network',
    host,
    passed: failures.length === 0,
    is:
      nodes.length === 0
        ? 'not tried: no other node has a pod of CoreDNS'
        : told(failures, `connected to pods on ${listed(nodes)}`, seen),
    shouldBe:
      'a TCP connection to a pod of CoreDNS on each other node that has one, from the host and from a pod',
    advice: failures.some(({ from }) => from === ofHost) ? carrierAdvice(seen) : forwardAdvice(host),
    settles: true,
  });
}

/** Where a trial is from that is not from a pod. */
export const ofHost = 'the host';

function carrierAdvice({ host, carriers }: NetworkSeen): string {
  const by = carriers.length === 0 ? '' : ` by ${carriers.join(' and ')}`;
  return (
    `The network plugin carries packets of pods between nodes${by}, and something on the way drops them. Let that ` +
    `through in both directions between ${host} and the others: in the cloud's security groups, in firewalls of the ` +
    'hosts, and in step 10\'s rules ("nft list table inet slipway").'
  );
}

function forwardAdvice(host: string): string {
  return (
    'The host gets through and its pod does not, so packets are dropped where they are forwarded: Docker, for one, sets ' +
    `that policy to DROP. Look at "iptables -S FORWARD" and "nft list ruleset" on ${host}, and let the pods' network through.`
  );
}

function judgeServices(seen: NetworkSeen, trials: readonly NetworkTrial[]): JudgedCheck {
  const tried = trials.flatMap((trial) =>
    connectionsOf(trial, 'service').map((one) => ({ ...one, from: trial.from })),
  );
  const failures = tried.filter(({ obstacle }) => obstacle !== null).map((one) => failureOf(one, one.from));
  const services = [...new Set(tried.map(({ to }) => to.to))];
  return judge({
    check: 'service-network',
    host: seen.host,
    passed: failures.length === 0,
    is: told(failures, `connected to ${listed(services)}`, seen),
    shouldBe: 'a TCP connection to the services of DNS and of the API server, from the host and from a pod',
    advice:
      "A service's address leads to its pods by rules that kube-proxy, or the network plugin in its place, writes on each " +
      'node. Where pod-network has failed as well, mend that first; else see "kubectl -n kube-system logs" of the ' +
      `kube-proxy on ${seen.host}.`,
    settles: true,
  });
}

function judgeDns(seen: NetworkSeen, trials: readonly NetworkTrial[]): JudgedCheck {
  const asked = trials.flatMap(({ from, probes, answers }) =>
    answers.flatMap((answer, index) => {
      const question = probes.questions[index];
      return question === undefined ? [] : [{ from, question, answer }];
    }),
  );
  const failures = asked.flatMap(({ from, question, answer }) => {
    const trouble = troubleOf(question, answer);
    return trouble === null ? [] : [{ text: `${question.to} at ${question.address}: ${trouble}`, from }];
  });
  const [first] = asked;
  return judge({
    check: 'cluster-dns',
    host: seen.host,
    passed: failures.length === 0,
    is:
      first === undefined
        ? 'not asked: no server or no domain of the cluster is known'
        : told(failures, `${first.question.name} is ${first.question.wanted}`, seen),
    shouldBe:
      'kubernetes.default.svc answered with the address of the API service, by the node-local cache and by the DNS service',
    advice:
      'Pods find nothing by its name where that is not answered. Where pod-network or service-network has failed as well, ' +
      'mend that first; else see "kubectl -n kube-system logs" of the pods of CoreDNS and of the node-local cache on ' +
      `${seen.host}, and compare dns_domain with the zone in the config map coredns.`,
    settles: true,
  });
}

/** Names of DNS's codes for what happens: RFC 1035, 4.1.1. */
const codes: Readonly<Record<number, string>> = {
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
};

function troubleOf({ wanted }: DnsQuestion, { obstacle, code, addresses }: DnsAnswer): string | null {
  if (obstacle !== null) return networkObstacles[obstacle];
  if (addresses.some((address) => isSameAddress(address, wanted))) return null;
  if (addresses.length > 0) return `answers with ${listed(addresses)}`;
  return `answers ${code === 0 ? 'with no address' : (codes[code] ?? `with the error ${code}`)}`;
}

interface Tried {
  readonly to: Connection;
  readonly obstacle: keyof typeof networkObstacles | null;
}

function connectionsOf({ probes, connections }: NetworkTrial, of: Connection['of']): Tried[] {
  return probes.connections.flatMap((to, index) =>
    to.of === of ? [{ to, obstacle: connections[index] ?? null }] : [],
  );
}

function failureOf({ to, obstacle }: Tried, from: string): Failure {
  return { text: `${to.to} at ${to.address} (${networkObstacles[obstacle ?? 'timed-out']})`, from };
}

/** What has failed, by whence, or what has been done; and from where nothing could be tried. */
function told(
  failures: readonly Failure[],
  done: string,
  { network, trials, notEntered }: NetworkSeen,
): string {
  const froms = [...new Set(failures.map(({ from }) => from))].map((from) => {
    const texts = failures.filter((one) => one.from === from).map(({ text }) => text);
    return `not from ${from}: ${listed(texts)}`;
  });
  const all = (trials ?? []).map(({ from }) => `from ${from}`).join(' and ');
  return [...(failures.length > 0 ? froms : [`${done}, ${all}`]), ...noteOf({ network, notEntered })].join(
    '; ',
  );
}

function noteOf({ network, notEntered }: Pick<NetworkSeen, 'network' | 'notEntered'>): string[] {
  if (network.pod === null) return ['no pod of kube-system runs here to try from'];
  return notEntered === null ? [] : [`not tried from ${network.pod.name}: ${notEntered}`];
}
