import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firewallRuleSet } from '../../../src/cluster/network/firewall.js';
import { closedPorts } from '../../../src/cluster/network/outdated-firewalls.js';
import { checkSpecification } from '../../../src/cluster/specification/check.js';
import { specificationSchema, type Specification } from '../../../src/cluster/specification/specification.js';
import { hostile } from '../../support/hostile.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-firewall-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What nft shows, after loading each rule set into the kernel, in a network of its own that nothing is connected to. */
function loaded(ruleSets: readonly string[]): Seen[] {
  const files = ruleSets.map((text, index) => {
    const file = join(folder, `${index}.nft`);
    writeFileSync(file, text);
    return file;
  });
  const script = 'for file; do nft -f "$file" && nft -j list table inet slipway; done';
  const words = ['-n', 'sh', '-ec', script, 'sh', ...files];
  const shown = execFileSync('unshare', words, { maxBuffer: 64 * 1024 ** 2 }).toString('utf8');
  return shown
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { nftables: Entry[] }).nftables)
    .map((entries) => ({
      sets: Object.fromEntries(entries.flatMap(({ set }) => (set ? [[set.name, set.elem]] : []))),
      rules: entries.flatMap(({ rule }) => (rule ? [rule.comment ?? ''] : [])),
      policy: entries.flatMap(({ chain }) => (chain ? [chain.policy] : [])).join(),
    }));
}

interface Entry {
  readonly set?: { readonly name: string; readonly elem: readonly unknown[] };
  readonly chain?: { readonly policy: string };
  readonly rule?: { readonly comment?: string };
}

interface Seen {
  readonly sets: Readonly<Record<string, readonly unknown[]>>;
  /** Their comments. */
  readonly rules: readonly string[];
  readonly policy: string;
}

const host = fc.record({
  address: fc.oneof(fc.ipV4(), fc.constantFrom('::1', 'fd00::7', 'a.example.org')),
  internalAddress: fc.option(fc.ipV4(), { nil: undefined }),
  port: fc.integer({ min: 1, max: 65535 }),
});
const variableNames = [
  'kube_apiserver_port',
  'kube_pods_subnet',
  'kube_service_addresses',
  'kube_pods_subnet_ipv6',
];
const word = hostile.filter((text) => !/\p{Surrogate}/u.test(text));
const variables = fc.record(
  Object.fromEntries(
    [...variableNames, 'calico_wireguard_enabled', 'ipv6_stack'].map((name) => [name, word]),
  ),
  { requiredKeys: [] },
);
const openPort = fc
  .tuple(fc.integer({ min: 1, max: 65535 }), fc.nat(9), fc.constantFrom('tcp', 'udp'))
  .map(([port, more, protocol]) => ({ port, endPort: Math.min(port + more, 65535), protocol }));
const specification = fc
  .record({
    hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
    variables,
    networkPlugin: fc.constantFrom('calico', 'cilium', 'flannel', 'none'),
    openPorts: fc.array(openPort, { maxLength: 3 }),
  })
  .map(({ hosts, variables: given, ...firewall }) => ({
    input: {
      name: 'akash',
      hosts: hosts.map((each, index) => ({
        ...each,
        ...{ name: `n${index}`, roles: index === 0 ? ['control-plane', 'worker'] : ['worker'] },
      })),
      firewall,
    },
    given,
  }))
  .map(({ input, given }) => ({
    plain: checkSpecification(input).specification,
    withWords: checkSpecification({ ...input, kubespray: { variables: given } }).specification,
  }))
  .filter((pair): pair is Record<'plain' | 'withWords', Specification> => pair.plain !== undefined && pair.withWords !== undefined); // prettier-ignore

describe('the firewall, read back from the kernel', () => {
  it('has the hosts and ports of the specification, and nothing of hostile variables (200 rule sets)', () => {
    fc.assert(
      fc.property(fc.array(specification, { minLength: 200, maxLength: 200 }), (all) => {
        const ruleSets = all.map(({ withWords }) =>
          firewallRuleSet({ specification: withWords, host: 'n0' }),
        );
        expect(ruleSets).toEqual(
          all.map(({ plain }) => firewallRuleSet({ specification: plain, host: 'n0' })),
        );
        loaded(ruleSets).forEach(({ sets, rules, policy }, index) => {
          const { hosts = [], firewall } = all[index]?.plain ?? {};
          const isName = (address: string) => address === 'a.example.org';
          const byNameOnly = hosts.some((each) => isName(each.address) && each.internalAddress === undefined);
          const addresses = hosts.flatMap((each) => [each.address, each.internalAddress ?? []].flat());
          const v4 = [...new Set(addresses)].filter((each) => !isName(each) && !each.includes(':'));
          expect(policy).toBe('drop');
          expect(sets['ssh_ports']).toEqual([hosts[0]?.port]);
          if (sets['nodes_v4']) expect([...sets['nodes_v4']].sort()).toEqual(v4.sort());
          else expect(byNameOnly || v4.length === 0 || firewall?.networkPlugin === 'none').toBe(true);
          expect(rules.filter((comment) => comment === 'firewall.openPorts')).toHaveLength(
            firewall?.openPorts.length ?? 0,
          );
        });
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });
});

describe('the table of an earlier run, as nft shows it', () => {
  const hosts = Array.from({ length: 40 }, (_, index) => ({
    ...{
      name: `n${index}`,
      address: `203.0.113.${index}`,
      internalAddress: `2001:DB8:0::${index.toString(16)}`,
    },
    roles: index < 3 ? (['control-plane', 'etcd'] as const).slice() : ['worker' as const],
  }));
  const clusterOf = (count: number) =>
    specificationSchema.parse({
      ...{ name: 'akash', hosts: hosts.slice(0, count) },
      firewall: { openPorts: [{ port: 80 }, { port: 4000, endPort: 4700, protocol: 'udp' }] },
    });
  const shown = (host: string) => {
    const file = join(folder, `${host}.nft`);
    writeFileSync(file, firewallRuleSet({ specification: clusterOf(39), host }));
    const script = 'nft -f "$1" && nft -s list table inet slipway';
    return [host, execFileSync('unshare', ['-n', 'sh', '-ec', script, 'sh', file]).toString('utf8')] as const;
  };

  it('tells whom it lets in, and whom not', () => {
    const tables = new Map(['n0', 'n5'].map(shown));
    expect(closedPorts(clusterOf(39), tables)).toEqual([]);
    const closed = closedPorts(clusterOf(40), tables);
    expect(closed.map(({ host, port, from }) => [host, port, ...from])).toEqual([
      ['n0', 6443, 'n39'],
      ['n0', 10250, 'n39'],
      ['n0', 4789, 'n39'],
      ['n5', 10250, 'n39'],
      ['n5', 4789, 'n39'],
    ]);
  });
});
