import { describe, expect, it } from 'vitest';
import { firewallRuleSet } from '../../../src/cluster/network/firewall.js';
import { portsOf } from '../../../src/cluster/network/ports.js';
import {
  planProbes,
  sumUp,
  workersTried,
  type FailedProbe,
} from '../../../src/cluster/network/reachability.js';
import { aSpecification } from '../../support/builders.js';
import { hosts } from '../../support/reachability-hosts.js';

const small = aSpecification({ hosts: hosts(2) });
const portNumbers = (from: string, to: string, specification = small) =>
  planProbes(specification)
    .probes[from]?.find((probe) => probe.to === to)
    ?.ports.map(({ protocol, port }) => `${protocol} ${port}`);

describe('what hosts try', () => {
  it('is what they need of each other by their roles', () => {
    expect(portNumbers('cp1', 'cp2')).toEqual([
      'tcp 2379',
      'tcp 2380',
      'tcp 6443',
      'tcp 10257',
      'tcp 10259',
      'tcp 10250',
      'udp 4789',
    ]);
    expect(portNumbers('w0', 'cp1')).toEqual(['tcp 6443', 'tcp 10250', 'udp 4789']);
    expect(portNumbers('cp1', 'w0')).toEqual(['tcp 10250', 'udp 4789']);
    expect(portNumbers('w0', 'w1')).toEqual(['tcp 10250', 'udp 4789']);
  });

  it('is by the address by which nodes reach each other, and never a loopback one or a name', () => {
    const [first, second, third, ...rest] = hosts(1);
    const specification = aSpecification({
      hosts: [
        { ...first, internalAddress: '192.168.0.1' },
        { ...second, address: '127.0.0.1' },
        { ...third, address: 'cp3.example.org' },
        ...rest,
      ] as never,
    });
    const tried = planProbes(specification).probes['w0']?.map(({ to, address }) => `${to} ${address}`);
    expect(tried).toEqual(['cp1 192.168.0.1']);
  });

  it('is the ports of the plugin that is installed, whether the firewall or the variable names it', () => {
    const firewall = { networkPlugin: 'cilium' as const };
    const kubespray = { variables: { kube_network_plugin: 'cilium' } };
    for (const input of [{ firewall }, { kubespray }, { firewall, kubespray }]) {
      expect(portNumbers('w0', 'w1', aSpecification({ hosts: hosts(2), ...input }))).toEqual([
        'tcp 10250',
        'udp 8472',
        'tcp 4240',
      ]);
    }
  });

  it('does not grow with the number of workers, for a worker', () => {
    const { probes } = planProbes(aSpecification({ hosts: hosts(200) }));
    for (const [host, list] of Object.entries(probes)) {
      expect(list.length).toBe(host.startsWith('w') ? 3 + workersTried : 202);
    }
    const timesTried = Object.values(probes).flatMap((list) => list.map(({ to }) => to));
    expect(timesTried.filter((to) => to === 'w7')).toHaveLength(3 + workersTried);
  });

  it.each(['calico', 'cilium', 'flannel', 'none'] as const)(
    'is let in by the firewall of step 10, with %s',
    (networkPlugin) => {
      const specification = aSpecification({ hosts: hosts(2), firewall: { networkPlugin } });
      for (const { name } of specification.hosts) {
        const rules = firewallRuleSet({ specification, host: name });
        for (const { protocol, port, from } of portsOf(specification, name)) {
          if (from !== null) expect(rules).toContain(`${protocol} dport ${port} accept`);
        }
      }
    },
  );
});

describe('what did not get through', () => {
  const plan = planProbes(small);
  const all = (from: string, to: string): FailedProbe[] =>
    (plan.probes[from]?.find((probe) => probe.to === to)?.ports ?? []).map((port) => ({
      ...{ ...port, from, to, obstacle: 'timed-out' },
    }));
  const everybody = small.hosts.map(({ name }) => name);
  const lines = (failed: readonly FailedProbe[]) =>
    sumUp(plan, failed).map(
      ({ host, direction, ports, peers }) => `${host} ${direction} ${ports.length} ${peers.join()}`,
    );

  it('is nothing when everything did', () => {
    expect(sumUp(plan, [])).toEqual([]);
  });

  it('is told of the host that does not let others in', () => {
    expect(lines(['w0', 'w1'].flatMap((from) => all(from, 'cp1')))).toEqual(['cp1 in 3 w0,w1']);
  });

  it('is told of the host that does not get out', () => {
    expect(lines(everybody.flatMap((to) => all('w1', to)))).toEqual(['w1 out 3 cp1,cp2,cp3,w0']);
  });

  it('is told of everybody where nobody reaches anybody', () => {
    const failed = everybody.flatMap((from) => everybody.flatMap((to) => all(from, to)));
    expect(sumUp(plan, failed).every(({ direction }) => direction === 'in')).toBe(true);
  });

  it('is summed up in no time for a thousand hosts', () => {
    const specification = aSpecification({ hosts: hosts(900) });
    const large = planProbes(specification);
    const failed = Object.entries(large.probes).flatMap(([from, list]) =>
      list.flatMap(({ to, ports }) =>
        ports.map((port): FailedProbe => ({ ...port, from, to, obstacle: 'timed-out' })),
      ),
    );
    const begun = performance.now();
    const blocked = sumUp(large, failed);
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(JSON.stringify(blocked).length).toBeLessThan(1_000_000);
  });
});
