import { describe, expect, it } from 'vitest';
import type { SystemFacts } from '../../../src/cluster/facts/system-facts.js';
import { type Scene, found } from '../../support/preflight-scene.js';

describe('kernel modules', () => {
  const overlay = { name: 'overlay', by: 'install /bin/false' };
  const vxlan = { name: 'vxlan', by: 'install /bin/false' };
  const dummy = { name: 'dummy', by: 'kernel.modules_disabled' };
  const modules = (system: Partial<SystemFacts>, scene: Scene = {}) =>
    found({ ...scene, facts: { kernel: '6.1.0', ...scene.facts }, system });

  it('that modprobe’s configuration keeps out are told with the line that does it', () => {
    expect(modules({ refusedModules: [overlay, vxlan] })).toMatchObject([
      {
        is: 'overlay, vxlan kept out of Linux 6.1.0 by install /bin/false',
        advice:
          'Take the lines that keep them out: grep -r install /etc/modprobe.d /usr/lib/modprobe.d shows where they are.',
      },
    ]);
  });

  it('that the kernel takes no more are told with the setting, which only a restart takes back', () => {
    const [finding] = modules({ refusedModules: [dummy] });
    expect(finding?.is).toBe('dummy kept out of Linux 6.1.0 by kernel.modules_disabled');
    expect(finding?.advice).toMatch(/^Take kernel\.modules_disabled out of .* and restart the host/);
  });

  it('of every kind are one finding', () => {
    const [finding, ...more] = modules({
      missingModules: ['raid0', 'nf_conntrack'],
      refusedModules: [overlay, dummy],
    });
    expect(more).toEqual([]);
    expect(finding?.is).toBe(
      'no nf_conntrack in Linux 6.1.0; overlay kept out of it by install /bin/false; dummy kept out of it by kernel.modules_disabled',
    );
    expect(finding?.advice).toMatch(/linux-modules-extra.*modprobe\.d.*modules_disabled/);
  });

  const refused = (names: readonly string[]) => ({
    refusedModules: names.map((name) => ({ name, by: 'install /bin/true' })),
  });
  const needed = (names: readonly string[], variables: Scene['variables']) =>
    modules(refused(names), { variables }).flatMap(({ is }) =>
      (/^(.*) kept out/.exec(is)?.[1] ?? '').split(', '),
    );

  // kube_proxy_ipvs_modules is the same in all releases from v2.24.1 to v2.31.0.
  const schedulers = ['ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh', 'ip_vs_wlc', 'ip_vs_lc'];
  it('of ip_vs are all those that Kubespray loads', () => {
    expect(needed(['ip_vs', ...schedulers], {})).toEqual(['ip_vs', ...schedulers]);
    expect(needed(schedulers, { kube_proxy_mode: 'iptables' })).toEqual([]);
    expect(needed(schedulers, { kube_proxy_ipvs_modules: ['ip_vs', 'ip_vs_rr'] })).toEqual(['ip_vs_rr']);
  });

  it.each<[readonly string[], Scene['variables']]>([
    [['vxlan'], {}],
    [['vxlan'], { calico_network_backend: 'bird' }],
    [['vxlan'], { calico_vxlan_mode: 'CrossSubnet' }],
    [[], { calico_vxlan_mode: 'Never' }],
    [['ipip'], { calico_vxlan_mode: 'Never', calico_ipip_mode: 'Always' }],
    [['ipip'], { calico_vxlan_mode: 'Never', calico_ipip_mode: 'CrossSubnet' }],
    [['vxlan'], { kube_network_plugin: 'flannel', calico_vxlan_mode: 'Never', calico_ipip_mode: 'Always' }],
    [[], { kube_network_plugin: 'cni' }],
  ])('of encapsulations are %j with %j', (names, variables) => {
    expect(needed(['vxlan', 'ipip'], variables)).toEqual(names);
  });

  it('are told only where the settings need them', () => {
    const variables = { kube_proxy_mode: 'iptables', enable_nodelocaldns: false };
    const refusedModules = ['ip_vs', 'dummy', 'raid1'].map((name) => ({ name, by: 'install /bin/true' }));
    expect(modules({ refusedModules }, { variables })).toEqual([]);
    expect(modules({ refusedModules: [overlay] }, { variables: { ignore_assert_errors: true } })).toEqual([]);
  });
});
