import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  admitSshPort,
  firewallAdvice,
  firewallRuleSet,
  policiesOf,
} from '../../../src/cluster/network/firewall.js';
import {
  type SpecificationInput,
  specificationSchema,
} from '../../../src/cluster/specification/specification.js';

const documented: SpecificationInput = {
  name: 'akash',
  hosts: [
    { name: 'node1', address: '10.0.10.136', roles: ['control-plane', 'etcd'] },
    { name: 'node2', address: '10.0.10.239', roles: ['control-plane', 'etcd'] },
    { name: 'node3', address: '10.0.10.253', roles: ['control-plane', 'etcd'] },
    { name: 'node4', address: '203.0.113.9', internalAddress: '10.0.10.9', port: 2222, roles: ['worker'] },
  ],
};
const ruleSetOf = (input: SpecificationInput, host: string) =>
  firewallRuleSet({ specification: specificationSchema.parse(input), host });
/** The rules of the input chain, in order. */
const rulesIn = (ruleSet: string) =>
  (ruleSet.split('policy drop;\n')[1] ?? '').split('\n').map((line) => line.trim());

describe('the rule set of a host', () => {
  it.each(['node1', 'node4'])('is as it has always been for %s of the document', async (host) => {
    await expect(ruleSetOf(documented, host)).toMatchFileSnapshot(`golden/firewall-${host}.nft`);
  });

  it('follows the network plugin', () => {
    const portsOf = (networkPlugin: 'calico' | 'cilium' | 'flannel' | 'none') =>
      policiesOf(ruleSetOf({ ...documented, firewall: { networkPlugin } }, 'node4'));
    expect(portsOf('calico')).toEqual([
      'udp 68 (DHCP)',
      'udp 546 (DHCPv6)',
      'tcp 10250 (kubelet)',
      'udp 4789 (Calico VXLAN)',
      'tcp 179 (Calico BGP)',
      'tcp 5473 (Calico Typha)',
    ]);
    expect(portsOf('cilium')).toContain('udp 8472 (Cilium VXLAN)');
    expect(portsOf('flannel')).toContain('udp 8472 (Flannel VXLAN)');
    expect(portsOf('none').join()).not.toContain('8472');
  });

  it('follows the variable by which Kubespray installs another plugin', () => {
    const policiesWith = (plugin: string) =>
      policiesOf(
        ruleSetOf({ ...documented, kubespray: { variables: { kube_network_plugin: plugin } } }, 'node4'),
      );
    expect(policiesWith('cilium')).toEqual([
      'udp 68 (DHCP)',
      'udp 546 (DHCPv6)',
      'tcp 10250 (kubelet)',
      'udp 8472 (Cilium VXLAN)',
      'tcp 4240 (Cilium health)',
      'tcp 4244 (Cilium Hubble)',
    ]);
    expect(policiesWith('flannel')).toContain('udp 8472 (Flannel VXLAN)');
    expect(policiesWith('kube-router').at(-1)).toBe('tcp 10250 (kubelet)');
  });

  it('says what is left to the operator of a plugin whose ports Slipway does not know', () => {
    const adviceOf = (plugin: string) =>
      firewallAdvice(
        specificationSchema.parse({
          ...documented,
          kubespray: { variables: { kube_network_plugin: plugin } },
        }),
      ).join(' ');
    expect(adviceOf('kube-router')).toContain('lets nothing of a network plugin through');
    expect(adviceOf('cilium')).not.toContain('network plugin');
  });

  it.each([
    [{}, [], 'add 30000–32767'],
    [{}, [{ port: 30000, endPort: 32767 }], null],
    [{ kube_proxy_mode: 'ipvs' }, [], 'add 30000–32767'],
    [
      { kube_proxy_mode: 'iptables' },
      [],
      'With kube_proxy_mode iptables NodePorts (30000–32767) answer everybody',
    ],
    [{ kube_proxy_mode: 'nftables' }, [{ port: 30000, endPort: 32767 }], 'whatever firewall.openPorts says'],
  ])('says who reaches NodePorts, with %o and %o', (variables, openPorts, said) => {
    const advice = firewallAdvice(
      specificationSchema.parse({ ...documented, firewall: { openPorts }, kubespray: { variables } }),
    ).filter((sentence) => sentence.includes('NodePorts'));
    expect(advice).toEqual(said === null ? [] : [expect.stringContaining(said)]);
  });

  it('gives etcd and the API server to control planes only', () => {
    const worker = ruleSetOf(documented, 'node4');
    expect(worker).not.toMatch(/2379|2380|6443|10257/);
    expect(ruleSetOf(documented, 'node1')).toContain(
      'ip saddr @etcd_members_v4 tcp dport 2380 accept comment "etcd peers"',
    );
  });

  it('keeps etcd from pods, which are let in later', () => {
    const rules = rulesIn(ruleSetOf(documented, 'node1'));
    const drop = rules.findIndex((rule) => rule.startsWith('tcp dport { 2379, 2380 } drop'));
    const pods = rules.findIndex((rule) => rule.includes('comment "pods"'));
    expect(drop).toBeGreaterThan(0);
    expect(pods).toBeGreaterThan(drop);
  });

  it('opens ports and ranges that the specification names, and no NodePort or ingress by itself', () => {
    const firewall = {
      openPorts: [{ port: 443 }, { port: 30000, endPort: 32767, protocol: 'udp' as const }],
    };
    const open = rulesIn(ruleSetOf({ ...documented, firewall }, 'node4'));
    expect(open).toContain('tcp dport 443 accept comment "firewall.openPorts"');
    expect(open).toContain('udp dport 30000-32767 accept comment "firewall.openPorts"');
    expect(ruleSetOf(documented, 'node4')).not.toMatch(/dport (80|443|8443|3[0-9]{4})/);
  });

  it('takes networks and ports from the group variables', () => {
    const variables = {
      kube_pods_subnet: '10.42.0.0/16',
      kube_service_addresses: '10.43.0.0/16',
      kube_apiserver_port: 7443,
      calico_wireguard_enabled: true,
    };
    const rules = ruleSetOf({ ...documented, kubespray: { variables } }, 'node1');
    expect(rules).toContain('ip saddr 10.42.0.0/16 accept');
    expect(rules).toContain('ip daddr 10.43.0.0/16 accept');
    expect(rules).toContain('tcp dport 7443 accept');
    expect(rules).toContain('udp dport 51820 accept');
    expect(rules).not.toContain('10.233.');
  });

  it('does not put an invalid network of the group variables into nft', () => {
    const variables = { kube_pods_subnet: '10.0.0.0/8 accept; ip saddr 0.0.0.0/0' };
    expect(ruleSetOf({ ...documented, kubespray: { variables } }, 'node1')).toContain(
      'ip saddr 10.233.64.0/18 accept',
    );
  });

  it('never asks one packet for both address families', () => {
    const hosts = [
      { name: 'node1', address: 'fd00::1', roles: ['control-plane' as const] },
      { name: 'node2', address: '10.0.0.2', roles: ['worker' as const] },
    ];
    const variables = { enable_dual_stack_networks: true };
    for (const rule of rulesIn(ruleSetOf({ name: 'dual', hosts, kubespray: { variables } }, 'node2'))) {
      expect(rule).not.toMatch(/\bip .*\bip6 |\bip6 .*\bip /);
    }
  });

  it('refuses a host that is not in the specification', () => {
    expect(() => ruleSetOf(documented, 'node9')).toThrow('has no host named node9');
  });
});

describe('for every specification', () => {
  const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,8}[a-z0-9])?$/);
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant('host.example.com'));
  const port = fc.integer({ min: 1, max: 65535 });
  const specification = fc.record({
    name: label,
    hosts: fc.uniqueArray(
      fc.record({
        name: label,
        address,
        port,
        roles: fc.uniqueArray(fc.constantFrom('control-plane', 'etcd', 'worker'), { minLength: 1 }),
      }),
      { minLength: 1, maxLength: 5, selector: ({ name }) => name },
    ),
    firewall: fc.record({
      networkPlugin: fc.constantFrom('calico', 'cilium', 'flannel', 'none'),
      openPorts: fc.array(fc.record({ port, protocol: fc.constantFrom('tcp', 'udp') }), { maxLength: 3 }),
    }),
  });

  it('ssh is accepted first, from everywhere, on the port of the host', () => {
    fc.assert(
      fc.property(specification, (input) => {
        const checked = specificationSchema.safeParse(input);
        fc.pre(checked.success);
        for (const host of checked.data.hosts) {
          const ruleSet = firewallRuleSet({ specification: checked.data, host: host.name });
          const [first, ...others] = rulesIn(ruleSet);
          expect(first).toBe('tcp dport @ssh_ports accept comment "ssh, before anything else"');
          expect(ruleSet).toContain(`elements = { ${host.port} }`);
          expect(others.every((rule) => !rule.includes('@ssh_ports'))).toBe(true);
        }
      }),
    );
  });

  it('touches no table but its own', () => {
    fc.assert(
      fc.property(specification, (input) => {
        const checked = specificationSchema.safeParse(input);
        fc.pre(checked.success);
        const [host] = checked.data.hosts;
        const ruleSet = firewallRuleSet({ specification: checked.data, host: host?.name ?? '' });
        expect(ruleSet).not.toMatch(/flush/);
        for (const [, table] of ruleSet.matchAll(/^(?:delete )?table (.*?)(?: \{)?$/gm)) {
          expect(table).toBe('inet slipway');
        }
      }),
    );
  });

  it('a source that is known by name only makes no rule narrower than the others need', () => {
    const hosts = [
      { name: 'node1', address: 'one.example.com', roles: ['control-plane' as const] },
      { name: 'node2', address: '10.0.0.2', roles: ['worker' as const] },
    ];
    const rules = rulesIn(ruleSetOf({ name: 'names', hosts }, 'node1'));
    expect(rules).toContain('tcp dport 6443 accept comment "API server"');
    expect(firewallAdvice(specificationSchema.parse({ name: 'names', hosts })).join()).toContain(
      'knows node1 by name only',
    );
  });
});

describe('admitting the port by which the worker really came', () => {
  it('adds it to the ssh ports', () => {
    expect(admitSshPort(ruleSetOf(documented, 'node4'), 22)).toContain('elements = { 2222, 22 }');
  });

  it('changes nothing when it is there already', () => {
    const ruleSet = ruleSetOf(documented, 'node1');
    expect(admitSshPort(ruleSet, 22)).toBe(ruleSet);
  });

  it('leaves a rule set without ssh ports as it is', () => {
    expect(admitSshPort('table inet slipway {\n}\n', 22)).toBe('table inet slipway {\n}\n');
  });
});

describe('advice', () => {
  it('names what a provider will need and nobody has opened', () => {
    const advice = firewallAdvice(specificationSchema.parse(documented)).join('\n');
    expect(advice).toContain('80, 443, 8443/tcp');
    expect(advice).toContain('30000–32767');
  });

  it('is silent when it is open, or when there is no firewall', () => {
    const openPorts = [{ port: 80 }, { port: 443 }, { port: 8443 }, { port: 30000, endPort: 32767 }];
    expect(firewallAdvice(specificationSchema.parse({ ...documented, firewall: { openPorts } }))).toEqual([]);
    expect(
      firewallAdvice(specificationSchema.parse({ ...documented, firewall: { enabled: false } })),
    ).toEqual([]);
  });
});
