import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../../src/cluster/facts/facts.js';
import type { SystemFacts } from '../../../../src/cluster/facts/system-facts.js';
import { type Scene, found, listener } from '../../../support/preflight-scene.js';

describe('ports in use', () => {
  const inUse = (listeners: SystemFacts['listeners'], scene: Scene = {}) =>
    found({ ...scene, system: { listeners } }).map(({ is }) => is);

  it.each([
    ['kubelet', listener(10250, 'kubelet')],
    ['the proxy to the API servers', listener(6443, 'nginx', '127.0.0.1')],
    ['the kernel’s VXLAN', listener(4789, null, '*', 'udp')],
    ['systemd-resolved, at an address of its own', listener(53, 'systemd-resolve', '127.0.0.53')],
    ['an etcd where none is asked for', listener(2379, 'mysqld')],
    ['what has another address than the health of node-local DNS', listener(9254, 'exporter', '127.0.0.1')],
    ['node-local DNS', listener(9253, 'node-cache')],
    ['what a cancelled look at the hosts has not taken down yet', listener(10250, 'slipway-reach')],
  ])('are right for %s', (_, one) => {
    expect(inUse([one])).toEqual([]);
  });

  it.each([
    ['tcp 10250 (kubelet) is in use by k3s-agent', listener(10250, 'k3s-agent', '127.0.0.1')],
    ['tcp 10250 (kubelet) is in use by the kernel', listener(10250, null)],
    ['tcp 53 (node-local DNS) is in use by dnsmasq', listener(53, 'dnsmasq')],
    ['tcp 9253 (node-local DNS metrics) is in use by exporter', listener(9253, 'exporter')],
    ['tcp 9254 (node-local DNS health) is in use by exporter', listener(9254, 'exporter')],
    ['tcp 8081 (health of the proxy to the API servers) is in use by java', listener(8081, 'java')],
    ['udp 4789 (Calico VXLAN) is in use by openvpn', listener(4789, 'openvpn', '*', 'udp')],
  ])('are told: %s', (is, one) => {
    expect(inUse([one])).toEqual([is]);
  });

  describe('by parts of Kubernetes', () => {
    const part = (port: number, process: string, unit?: string) => ({ ...listener(port, process), unit });
    const roles = ['control-plane', 'etcd', 'worker'] as const;
    const overrides = [{ check: 'control-plane-count', reason: 'not meant here' }];
    const taken = (listeners: SystemFacts['listeners'], kubernetes: HostFacts['kubernetes'] = null) =>
      found({ roles, specification: { overrides }, system: { listeners }, facts: { kubernetes } }).filter(
        ({ check }) => check === 'ports-in-use',
      );

    it.each([
      ['kubelet', [part(10250, 'kubelet', 'rke2-server.service')], 'rke2-server.service'],
      ['etcd', [part(2379, 'etcd', 'k0scontroller.service')], 'k0scontroller.service'],
      ['kube-apiserver', [part(6443, 'kube-apiserver', 'k0scontroller.service')], 'k0scontroller.service'],
    ])('that another Kubernetes has started are told: %s', (process, listeners, unit) => {
      const [finding] = taken(listeners);
      expect(finding?.is).toContain(`is in use by ${process} of ${unit}`);
      expect(finding?.advice).toBe(
        `Another Kubernetes is on the host: take it off by its own uninstaller, with ${unit}, or leave the host out.`,
      );
    });

    it('are told beside what is no part of Kubernetes, each with its way', () => {
      const [finding] = taken([part(10250, 'kubelet', 'k0sworker.service'), listener(2379, 'mysqld')]);
      expect(finding?.is).toBe(
        'tcp 2379 (etcd clients) is in use by mysqld, tcp 10250 (kubelet) is in use by kubelet of k0sworker.service',
      );
      expect(finding?.advice).toMatch(
        /^Stop and disable mysqld, or .* Another Kubernetes .* k0sworker\.service/,
      );
    });

    it('that Kubespray has started are right, however far it has come', () => {
      const etcd = [part(2379, 'etcd', 'etcd.service'), part(2380, 'etcd', 'etcd.service')];
      const kubelet = [part(10250, 'kubelet', 'kubelet.service'), part(10248, 'kubelet', 'kubelet.service')];
      const pods = [
        part(6443, 'kube-apiserver'),
        part(10257, 'kube-controller'),
        part(10259, 'kube-scheduler'),
      ];
      expect(taken(etcd)).toEqual([]);
      expect(taken([...etcd, ...kubelet])).toEqual([]);
      expect(taken([...etcd, ...kubelet, ...pods])).toEqual([]);
      expect(taken([part(10257, 'kube-controller', 'kube-controller-manager.service')])).toEqual([]);
    });

    it('are right on a node of kubeadm’s, and where nobody has looked whether it is one', () => {
      const odd = [part(10250, 'kubelet', 'own-kubelet.service')];
      expect(taken(odd)).toHaveLength(1);
      expect(taken(odd, { kubelet: '1.35.4', apiServer: null })).toEqual([]);
      expect(found({ system: { listeners: odd } })).toEqual([]);
    });
  });

  it('depend on roles and settings', () => {
    const roles = ['control-plane', 'etcd', 'worker'] as const;
    const overrides = [{ check: 'control-plane-count', reason: 'not meant here' }];
    const is = inUse([listener(2379, 'mysqld'), listener(7443, 'java')], {
      ...{ roles, variables: { kube_apiserver_port: 7443 }, specification: { overrides } },
    });
    expect(is.at(-1)).toBe(
      'tcp 2379 (etcd clients) is in use by mysqld, tcp 7443 (API server) is in use by java',
    );
  });
});
