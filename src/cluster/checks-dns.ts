import { z } from 'zod';
import type { JudgedCheck } from './checks.js';
import { judge, listed } from './checks.js';
import type { Pods } from './checks-pods.js';
import { podTrouble, troubledPods } from './checks-pods.js';

/** Step 9 of the document, "Confirm DNS": CoreDNS's forwarding, and the pods that answer. */

const configMapSchema = z.object({ data: z.object({ Corefile: z.string() }) });

/** @throws SyntaxError, z.ZodError when kubectl said something else */
export const parseCorefile = (json: string): string => configMapSchema.parse(JSON.parse(json)).data.Corefile;

/** The servers to which a Corefile forwards the root zone, in all its server blocks. */
export function forwardedTo(corefile: string): string[] {
  return [...corefile.matchAll(/^\s*forward\s+\.\s+([^{\n#]*)/gm)].flatMap(([, servers]) =>
    (servers ?? '').trim().split(/\s+/),
  );
}

/** The upstream servers of step 6 stand in CoreDNS's configuration. */
export function judgeForward(host: string, corefile: string, upstream: readonly string[]): JudgedCheck[] {
  const servers = forwardedTo(corefile);
  const plain = servers.map((server) =>
    server.replace(/^(dns|tls):\/\//, '').replace(/^\[(.*)\](:\d+)?$/, '$1'),
  );
  const forwards = (address: string) => plain.some((one) => one === address || one === `${address}:53`);
  return [
    judge({
      check: 'coredns-forward',
      host,
      passed: upstream.every(forwards),
      is: `forward . ${servers.join(' ') || '(nothing)'}`,
      shouldBe: `forward . ${upstream.join(' ')}`,
      advice:
        'Run the playbook cluster.yml again; it writes upstream_dns_servers into the config map coredns.',
    }),
  ];
}

/** CoreDNS runs somewhere, and the node-local cache on every node. */
export function judgeDnsPods({
  host,
  nodes,
  coredns,
  nodeLocal,
  now,
}: {
  readonly host: string;
  readonly nodes: readonly string[];
  readonly coredns: Pods;
  readonly nodeLocal: Pods;
  /** Milliseconds since 1970. */
  readonly now: number;
}): JudgedCheck[] {
  const good = (pods: Pods) =>
    pods.filter((pod) => podTrouble(pod, now) === null && pod.status.phase === 'Running');
  const troubles = (pods: Pods) => troubledPods(pods, now).map(({ text }) => text);
  const covered = good(nodeLocal).map(({ spec }) => spec.nodeName);
  const uncovered = nodes.filter((node) => !covered.includes(node));
  return [
    judge({
      check: 'coredns-pods',
      host,
      passed: coredns.length > 0 && good(coredns).length === coredns.length,
      is: coredns.length === 0 ? 'no pod' : listed([...troubles(coredns), `${good(coredns).length} running`]),
      shouldBe: 'every pod with k8s-app=kube-dns running and ready, at least one',
      advice: 'See "kubectl -n kube-system describe pod -l k8s-app=kube-dns".',
      settles: true,
    }),
    judge({
      check: 'node-local-dns-pods',
      host,
      passed: uncovered.length === 0,
      is:
        uncovered.length === 0
          ? `running on ${nodes.length} nodes`
          : `not running on ${listed(uncovered)}; ${listed(troubles(nodeLocal))} in trouble`,
      shouldBe: 'one running and ready pod of the node-local DNS cache on every node',
      advice:
        'See "kubectl -n kube-system describe pod -l k8s-app=node-local-dns"; ' +
        'where enable_nodelocaldns is false, override this check.',
      settles: true,
    }),
  ];
}

/** The labels `k8s-app` of the node-local cache (trap T17): from 2.22 on the document's and the older one are both seen. */
export function nodeLocalDnsLabels(releaseLabel: string): string[] {
  return [...new Set([releaseLabel, 'nodelocaldns'])];
}
