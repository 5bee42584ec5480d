import { z } from 'zod';
import { type JudgedCheck, judge, listed } from '../checks/checks.js';
import { isNotNeeded, podTrouble, troubledPods } from '../kubernetes/pod-trouble.js';
import type { Pods } from '../kubernetes/pods.js';
import { counted } from '../text/quantities.js';

/** Step 9 of the document, "Confirm DNS": where names outside are forwarded to, and the pods that answer. */

const configMapSchema = z.object({ data: z.object({ Corefile: z.string() }) });

/** @throws SyntaxError, z.ZodError when kubectl said something else */
export const parseCorefile = (json: string): string => configMapSchema.parse(JSON.parse(json)).data.Corefile;

/**
 * The servers to which a Corefile forwards what is in no other zone: those of its root block. Blocks of external zones
 * (coredns_external_zones) forward elsewhere, and come first.
 */
export function forwardedTo(corefile: string): string[] {
  return rootBlock(corefile).flatMap(([plugin, zone, ...words]) =>
    plugin === 'forward' && zone === '.' ? words.filter((word) => word !== '{') : [],
  );
}

/** The lines of the server block of the root zone, `.:53 {` or another port, in words; without those of inner blocks. */
function rootBlock(corefile: string): string[][] {
  const block: string[][] = [];
  let depth = 0;
  let isRoot = false;
  for (const line of corefile.split('\n')) {
    const words = wordsOf(line);
    if (depth === 0) isRoot = words.some((word) => /^(dns:\/\/)?\.(:\d+)?,?$/.test(word));
    else if (depth === 1 && isRoot) block.push(words);
    depth += words.filter((word) => word === '{').length - words.filter((word) => word === '}').length;
  }
  return block;
}

/** Braces are words of their own; in quotes, or as part of a word such as {$HOST_IP}, they enclose nothing. */
function wordsOf(line: string): string[] {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const comment = words.findIndex((word) => word.startsWith('#'));
  return comment < 0 ? words : words.slice(0, comment);
}

/** Who forwards names outside the cluster, by config map: where the node-local cache runs, pods ask it, and it asks nobody else. */
const forwarders = { coredns: 'coredns-forward', nodelocaldns: 'node-local-dns-forward' } as const;

interface Forwarding {
  readonly host: string;
  readonly corefile: string;
  readonly upstream: readonly string[];
}

/** The upstream servers of step 6 stand in a forwarder's configuration, and no others. */
export function judgeForward(
  configMap: keyof typeof forwarders,
  { host, corefile, upstream }: Forwarding,
): JudgedCheck {
  const servers = forwardedTo(corefile);
  const seen = new Set(servers.map(plainServer));
  const wanted = new Set(upstream.map(plainServer));
  return judge({
    check: forwarders[configMap],
    host,
    passed: seen.size === wanted.size && [...wanted].every((server) => seen.has(server)),
    is: `forward . ${servers.join(' ') || '(nothing)'}`,
    shouldBe: `forward . ${upstream.join(' ')}`,
    advice: `Run the playbook cluster.yml again; it writes upstream_dns_servers into the config map ${configMap}.`,
  });
}

/** A server without what is usual: plain DNS on port 53. */
function plainServer(server: string): string {
  return server
    .replace(/^dns:\/\//, '')
    .replace(/^\[(.*)\](:53)?$/, '$1')
    .replace(/^([^:]*):53$/, '$1');
}

interface Seen {
  readonly host: string;
  readonly pods: Pods;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** One of CoreDNS's deployments runs, by the label `k8s-app` of its pods. */
export function judgeCoreDnsPods(label: string, { host, pods, now }: Seen): JudgedCheck {
  const troubled = troubledPods(pods, now);
  const running = runningPods(pods, now).length;
  const meant = pods.filter((pod) => !isNotNeeded(pod)).length;
  return judge({
    check: 'coredns-pods',
    host,
    passed: running > 0 && running === meant,
    is: pods.length === 0 ? 'no pod' : listed([...troubled.map(({ text }) => text), `${running} running`]),
    shouldBe: `every pod with k8s-app=${label} running and ready, or ended, at least one running`,
    advice: `See "kubectl -n kube-system describe pod -l k8s-app=${label}".`,
    settles: meant === 0 || troubled.some(({ settles }) => settles),
  });
}

/** The node-local cache runs on every node. */
export function judgeNodeLocalPods(nodes: readonly string[], { host, pods, now }: Seen): JudgedCheck {
  const covered = runningPods(pods, now).map(({ spec }) => spec.nodeName);
  const uncovered = nodes.filter((node) => !covered.includes(node));
  const troubles = troubledPods(pods, now).map(({ text }) => text);
  return judge({
    check: 'node-local-dns-pods',
    host,
    passed: uncovered.length === 0,
    is:
      uncovered.length === 0
        ? `running on ${counted(nodes.length, 'node')}`
        : `not running on ${listed(uncovered)}; ${listed(troubles)} in trouble`,
    shouldBe: 'one running and ready pod of the node-local DNS cache on every node',
    advice: 'See "kubectl -n kube-system describe pod -l k8s-app=node-local-dns".',
    settles: true,
  });
}

function runningPods(pods: Pods, now: number): Pods {
  return pods.filter((pod) => podTrouble(pod, now) === null && pod.status.phase === 'Running');
}

/** The labels `k8s-app` of the node-local cache (trap T17): from 2.22 on the document's and the older one are both seen. */
export function nodeLocalDnsLabels(releaseLabel: string): string[] {
  return [...new Set([releaseLabel, 'nodelocaldns'])];
}
