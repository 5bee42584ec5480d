import { describe, expect, it } from 'vitest';
import { firewallRuleSet } from '../../../src/cluster/network/firewall.js';
import { judgeReachability, type Trial } from '../../../src/cluster/network/judge-reachability.js';
import { reachabilityFindings } from '../../../src/cluster/preflight/network/reachability.js';
import { planProbes, type FailedProbe, type Obstacle } from '../../../src/cluster/network/reachability.js';
import { aSpecification } from '../../support/builders.js';

const nodes = [
  ...[1, 2, 3].map((index) => ({
    ...{ name: `cp${index}`, address: `10.0.0.${index}`, roles: ['control-plane' as const, 'etcd' as const] },
  })),
  { name: 'w0', address: '10.0.1.1', roles: ['worker' as const] },
];
const fresh = { name: 'new', address: '10.0.1.2', roles: ['worker' as const] };
const earlier = aSpecification({ hosts: nodes });
const specification = aSpecification({ hosts: [...nodes, fresh] });
const names = specification.hosts.map(({ name }) => name);
/** As step 10 of the run before has left them. */
const tables = new Map(
  nodes.map(({ name }) => [name, firewallRuleSet({ specification: earlier, host: name })]),
);

type Fails = (from: string, to: string, port: number) => Obstacle | undefined;

/** On nodes the kernel has the port of VXLAN, so that it cannot be tried there. */
function trialsWith(fails: Fails): Trial[] {
  const { probes } = planProbes(specification);
  return names.map((from) => {
    const tried = (probes[from] ?? []).map((probe) => ({
      ...probe,
      ports: probe.ports.filter(({ protocol }) => protocol === 'tcp' || probe.to === 'new'),
    }));
    const failed = tried.flatMap(({ to, ports }) =>
      ports.flatMap((port): FailedProbe[] => {
        const obstacle = fails(from, to, port.port);
        return obstacle === undefined ? [] : [{ ...port, from, to, obstacle }];
      }),
    );
    return { from, tried, failed, narrow: [] };
  });
}

const judged = (fails: Fails, more: Partial<Parameters<typeof judgeReachability>[0]> = {}) =>
  judgeReachability({
    ...{ specification, trials: trialsWith(fails), listening: new Set(names), tables: new Map() },
    ...more,
  });
const lines = (...given: Parameters<typeof judged>) =>
  judged(...given).blocked.map(
    ({ host, direction, ports, peers, obstacle }) =>
      `${host} ${direction} ${ports.map(({ port }) => port).join()} ${obstacle} ${peers.join()}`,
  );

/** What the tables of the run before do to a host that they do not know. */
const ownTables: Fails = (from, to) => (from === 'new' && to !== 'new' ? 'timed-out' : undefined);

describe('a worker that has come to a cluster with Slipway’s firewall', () => {
  it('is not kept out by anything but that firewall, which is told with hosts and ports', () => {
    const { blocked, outdated = [] } = judged(ownTables, { tables });
    expect(blocked).toEqual([]);
    expect(outdated.map(({ host, ports, peers }) => [host, ports.map(({ port }) => port), peers])).toEqual([
      ...['cp1', 'cp2', 'cp3'].map((host) => [host, [6443, 10250, 4789], ['new']]),
      ['w0', [10250, 4789], ['new']],
    ]);
  });

  it('is kept out by another firewall where it is turned away, which Slipway’s never does', () => {
    const refuses: Fails = (from, to, port) =>
      to === 'cp1' && from === 'new' && port === 6443 ? 'refused' : ownTables(from, to, port);
    expect(lines(refuses, { tables })).toEqual(['cp1 in 6443 refused new']);
  });

  it('does not hide a firewall that keeps out hosts which Slipway’s own lets in', () => {
    const drops: Fails = (from, to, port) =>
      to === 'cp1' && port === 6443 ? 'timed-out' : ownTables(from, to, port);
    expect(lines(drops, { tables })).toEqual(['cp1 in 6443 timed-out cp2,cp3,w0']);
  });

  it('does not hide its own firewall, which lets nobody in', () => {
    const drops: Fails = (from, to, port) => (to === 'new' ? 'timed-out' : ownTables(from, to, port));
    expect(lines(drops, { tables })).toEqual(['new in 10250,4789 timed-out cp1,cp2,cp3,w0']);
  });

  it('is told as the one that does not get out where no table of Slipway’s explains it', () => {
    expect(lines(ownTables)).toEqual(['new out 6443,10250 timed-out cp1,cp2,cp3,w0']);
    const onlyOne = new Map([...tables].filter(([name]) => name === 'cp1'));
    expect(lines(ownTables, { tables: onlyOne })).toEqual(['new out 6443,10250 timed-out cp2,cp3,w0']);
  });
});

describe('what proves nothing', () => {
  it('is a way to a host that did not listen until the end', () => {
    const listening = new Set(names.filter((name) => name !== 'w0'));
    expect(lines(() => 'timed-out', { listening }).filter((line) => line.startsWith('w0 in'))).toEqual([]);
    const alone: Fails = (from, to) => (from === 'new' || to === 'w0' ? 'timed-out' : undefined);
    expect(lines(alone, { listening })).toEqual(['new out 6443,10250 timed-out cp1,cp2,cp3']);
  });

  it('is a way on which no port could be tried', () => {
    const trials = trialsWith(ownTables).map((trial) =>
      trial.from === 'new' ? trial : { ...trial, tried: trial.tried.map((one) => ({ ...one, ports: [] })) },
    );
    // Nobody else has reached them either, so nobody knows at which end it is.
    expect(lines(ownTables, { trials }).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual(
      ['cp1', 'cp2', 'cp3', 'w0'].map((host) => `${host} in`),
    );
  });
});

describe('the findings', () => {
  const found = (enabled: boolean) => {
    const reachability = judged(ownTables, { tables });
    return reachabilityFindings(reachability, {
      ...specification,
      firewall: { ...specification.firewall, enabled },
    });
  };

  it('tell that Slipway lets the new host in before Kubespray runs, and stop nothing', () => {
    expect(found(true)).toHaveLength(4);
    expect(found(true)[0]).toEqual({
      check: 'reachability',
      host: 'cp1',
      severity: 'warning',
      is: 'Slipway’s own firewall of an earlier run does not know new yet, so tcp 6443 (API server), tcp 10250 (kubelet), udp 4789 (Calico VXLAN) could not be tried from there',
      shouldBe: 'open to the hosts that need these ports',
      advice:
        'Nothing is to be done: the rules are written anew before Kubespray runs. Whether something else keeps new out is not known until then.',
    });
  });

  it('tell how to take a firewall away that Slipway is not to write any more', () => {
    expect(found(false)[0]).toMatchObject({ severity: 'error', host: 'cp1' });
    expect(found(false)[0]?.advice).toContain('nft delete table inet slipway');
  });
});
