import { describe, expect, it } from 'vitest';
import { firewallRuleSet } from '../../../src/cluster/network/firewall.js';
import { closedPorts, outdatedFirewalls } from '../../../src/cluster/network/outdated-firewalls.js';
import type { Specification, SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { aSpecification } from '../../support/builders.js';

const controlPlanes = [1, 2, 3].map((index) => ({
  ...{ name: `cp${index}`, address: `10.0.0.${index}`, roles: ['control-plane' as const, 'etcd' as const] },
}));
const w1 = { name: 'w1', address: '203.0.113.1', internalAddress: '10.0.1.1', roles: ['worker' as const] };
const w2 = { ...w1, name: 'w2', address: '203.0.113.2', internalAddress: '10.0.1.2' };
const clusterOf = (hosts: SpecificationInput['hosts'], more: Partial<SpecificationInput> = {}) =>
  aSpecification({ hosts, ...more });
const before = clusterOf([...controlPlanes, w1]);

/** What the rules of an earlier run, on every one of its hosts, do not let in of what the cluster needs now. */
function behind(now: Specification, earlier: Specification = before, change = (rules: string) => rules) {
  const tables = new Map(
    earlier.hosts.map(({ name }) => [name, change(firewallRuleSet({ specification: earlier, host: name }))]),
  );
  return outdatedFirewalls(closedPorts(now, tables)).map(
    ({ host, ports, peers }) => `${host}: ${ports.map(({ port }) => port).join()} from ${peers.join()}`,
  );
}

describe('Slipway’s own firewall of an earlier run', () => {
  it('lets in whom it was written for', () => {
    expect(behind(before)).toEqual([]);
  });

  it('does not know a worker that has come since', () => {
    expect(behind(clusterOf([...controlPlanes, w1, w2]))).toEqual([
      'cp1: 6443,10250,4789 from w2',
      'cp2: 6443,10250,4789 from w2',
      'cp3: 6443,10250,4789 from w2',
      'w1: 10250,4789 from w2',
    ]);
  });

  it('does not know another address of a host, nor a host that has become a control plane', () => {
    const moved = clusterOf([...controlPlanes, { ...w1, internalAddress: '10.0.1.9' }]);
    expect(behind(moved)).toEqual(['cp1', 'cp2', 'cp3'].map((host) => `${host}: 6443,10250,4789 from w1`));
    const promoted = clusterOf([...controlPlanes, { ...w1, roles: ['control-plane'] }]);
    expect(behind(promoted)[0]).toBe('cp1: 2379,10257,10259 from w1');
  });

  it('does not know the ports of another network plugin', () => {
    const cilium = clusterOf([...controlPlanes, w1], { firewall: { networkPlugin: 'cilium' } });
    expect(behind(cilium)).toContain('w1: 8472,4240 from cp1,cp2,cp3');
  });

  it('lets in whoever comes where it is open to everybody', () => {
    const named = { ...w1, address: 'w1.example.org', internalAddress: undefined };
    expect(behind(clusterOf([...controlPlanes, named, w2]), clusterOf([...controlPlanes, named]))).toEqual(
      [],
    );
    // Nobody can tell from which address a name comes.
    expect(behind(clusterOf([...controlPlanes, named]))).toHaveLength(3);
  });

  it('lets in by the open ports of the specification', () => {
    const firewall = {
      openPorts: [{ port: 10250 }, { port: 4000, endPort: 5000, protocol: 'udp' as const }],
    };
    expect(
      behind(clusterOf([...controlPlanes, w1, w2]), clusterOf([...controlPlanes, w1], { firewall })),
    ).toContain('cp1: 6443 from w2');
  });

  it('has one address however IPv6 writes it', () => {
    const six = (address: string) => [...controlPlanes, { ...w1, address, internalAddress: undefined }];
    expect(behind(clusterOf(six('2001:db8::1')), clusterOf(six('2001:DB8:0::1')))).toEqual([]);
  });

  it('is read as nft shows it, with elements over many lines', () => {
    const asShown = (rules: string) => rules.replaceAll(', ', ',\n\t\t\t     ');
    expect(behind(before, before, asShown)).toEqual([]);
  });

  it('lets in nobody where its rules are gone, and is none where there is no table', () => {
    expect(behind(before, before, (rules) => rules.replaceAll(/.* accept .*\n/g, ''))).toHaveLength(4);
    expect(closedPorts(before, new Map())).toEqual([]);
    expect(closedPorts(before, new Map([['cp1', '']]))).toEqual([]);
  });

  it('is told of a thousand hosts in no time, with few names', () => {
    const many = Array.from({ length: 900 }, (_, index) => ({
      ...{ name: `w${index}`, address: `10.1.${Math.floor(index / 250)}.${(index % 250) + 1}` },
      roles: ['worker' as const],
    }));
    const earlier = clusterOf([...controlPlanes, ...many.slice(0, 450)]);
    const begun = performance.now();
    const rules = firewallRuleSet({ specification: earlier, host: 'w0' });
    const tables = new Map(earlier.hosts.map(({ name }) => [name, rules]));
    const found = outdatedFirewalls(closedPorts(clusterOf([...controlPlanes, ...many]), tables));
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(found).toHaveLength(453);
    expect(found.at(-1)).toMatchObject({ peerCount: 450, peers: ['w450', 'w451', 'w452', 'w453', 'w454'] });
  });
});
