import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { conflictTexts, groupVariables } from '../../../src/cluster/kubespray/group-variables.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { aSpecification, documentHosts } from '../../support/builders.js';

type Host = SpecificationInput['hosts'][number];

const release = 'v2.24.1';
const rootDir = { mountPoint: '/data', layout: 'root-dir' } as const;
const everyNode = { node1: rootDir, node2: rootDir, node3: rootDir, node4: rootDir };
const read = (text: string | undefined) => parse(text ?? 'null', { version: '1.1' }) as unknown;

describe('groupVariables', () => {
  it("writes the document's containerd and upstream DNS (steps 5 and 6) beside the sample's files", () => {
    const { files, conflicts } = groupVariables({ specification: aSpecification(), release, storage: {} });
    expect(Object.keys(files)).toEqual(['group_vars/all/slipway.yml', 'group_vars/k8s_cluster/slipway.yml']);
    expect(read(files['group_vars/all/slipway.yml'])).toEqual({
      upstream_dns_servers: ['8.8.8.8', '1.1.1.1'],
      unsafe_show_logs: expect.stringContaining('download') as string,
    });
    expect(read(files['group_vars/k8s_cluster/slipway.yml'])).toEqual({
      container_manager: 'containerd',
      auto_renew_certificates: true,
      kube_network_plugin: 'calico',
    });
    expect(conflicts).toEqual([]);
  });

  describe('with Cilium, whose operators never share a node', () => {
    const [only, ...others] = documentHosts as [Host, ...Host[]];
    const written = (hosts: SpecificationInput['hosts'], change: Partial<SpecificationInput> = {}) => {
      const specification = aSpecification({ hosts, firewall: { networkPlugin: 'cilium' }, ...change });
      return groupVariables({ specification, release, storage: {} });
    };
    const clusterFile = 'group_vars/k8s_cluster/slipway.yml';

    it('asks for one of them where there is one host', () => {
      expect(read(written([only]).files[clusterFile])).toMatchObject({ cilium_operator_replicas: 1 });
    });

    it('leaves their number to Kubespray where there are more nodes, or another plugin, or the operator’s own', () => {
      const own = { kubespray: { variables: { cilium_operator_replicas: 3 } } };
      expect(written([only, ...others]).files[clusterFile]).not.toContain('cilium_operator');
      const calico = written([only], { firewall: { networkPlugin: 'calico' } });
      expect(calico.files[clusterFile]).not.toContain('cilium_operator');
      const { files, conflicts } = written([only], own);
      expect(read(files[clusterFile])).toMatchObject({ cilium_operator_replicas: 3 });
      expect(conflicts).toMatchObject([{ name: 'cilium_operator_replicas', own: 3, replaced: 1 }]);
    });
  });

  it('names files that Ansible reads after those of the sample inventory', () => {
    const sample = [
      'addons.yml',
      'k8s-cluster.yml',
      'k8s-net-calico.yml',
      'k8s-net-weave.yml',
      'kube_control_plane.yml',
    ];
    expect([...sample, 'slipway.yml'].sort().at(-1)).toBe('slipway.yml');
  });

  it('writes the paths for the whole cluster where every host has them, flags as a list (T1)', () => {
    const { files } = groupVariables({ specification: aSpecification(), release, storage: everyNode });
    expect(read(files['group_vars/k8s_cluster/slipway.yml'])).toEqual({
      container_manager: 'containerd',
      auto_renew_certificates: true,
      kube_network_plugin: 'calico',
      containerd_storage_dir: '/data/containerd',
      kubelet_custom_flags: ['--root-dir=/data/kubelet'],
    });
    expect(Object.keys(files).filter((path) => path.startsWith('host_vars'))).toEqual([]);
  });

  it('writes them for each host where one has no array, so that its system disk is left alone', () => {
    const storage = { node4: rootDir, node3: { mountPoint: '/mnt/ephemeral', layout: 'root-dir' } } as const;
    const { files } = groupVariables({ specification: aSpecification(), release, storage });
    expect(read(files['group_vars/k8s_cluster/slipway.yml'])).toEqual({
      container_manager: 'containerd',
      auto_renew_certificates: true,
      kube_network_plugin: 'calico',
    });
    expect(read(files['host_vars/node3.yml'])).toEqual({
      containerd_storage_dir: '/mnt/ephemeral/containerd',
      kubelet_custom_flags: ['--root-dir=/mnt/ephemeral/kubelet'],
    });
    expect(Object.keys(files).filter((path) => path.startsWith('host_vars'))).toEqual([
      'host_vars/node3.yml',
      'host_vars/node4.yml',
    ]);
  });

  it('writes no path for the layout bind, whose usual paths stay valid', () => {
    const storage = { ...everyNode, node4: { mountPoint: '/data', layout: 'bind' } } as const;
    const { files } = groupVariables({ specification: aSpecification(), release, storage });
    expect(files).not.toHaveProperty('host_vars/node4.yml');
    expect(read(files['host_vars/node1.yml'])).toHaveProperty('containerd_storage_dir', '/data/containerd');
  });

  it('leaves it to the operator what Kubespray hides, where they say so', () => {
    const specification = aSpecification({ kubespray: { variables: { unsafe_show_logs: false } } });
    const { files } = groupVariables({ specification, release, storage: {} });
    expect(files['group_vars/all/slipway.yml']).not.toContain('unsafe_show_logs');
    expect(read(files['group_vars/k8s_cluster/slipway.yml'])).toMatchObject({ unsafe_show_logs: false });
  });

  it("lets the operator's variables win everywhere, and names each conflict", () => {
    const specification = aSpecification({
      kubespray: {
        variables: {
          upstream_dns_servers: ['9.9.9.9'],
          container_manager: 'containerd',
          kubelet_custom_flags: ['--v=4'],
          cert_manager_enabled: true,
        },
      },
    });
    const { files, conflicts } = groupVariables({ specification, release, storage: { node4: rootDir } });
    expect(files['group_vars/all/slipway.yml']).not.toContain('upstream_dns_servers');
    expect(read(files['group_vars/k8s_cluster/slipway.yml'])).toEqual({
      upstream_dns_servers: ['9.9.9.9'],
      container_manager: 'containerd',
      auto_renew_certificates: true,
      kube_network_plugin: 'calico',
      kubelet_custom_flags: ['--v=4'],
      cert_manager_enabled: true,
    });
    expect(read(files['host_vars/node4.yml'])).toEqual({ containerd_storage_dir: '/data/containerd' });
    expect(conflictTexts(conflicts)).toEqual([
      'kubespray.variables sets upstream_dns_servers to ["9.9.9.9"]; it takes the place of ["8.8.8.8","1.1.1.1"] in group_vars/all/slipway.yml.',
      'kubespray.variables sets kubelet_custom_flags to ["--v=4"]; it takes the place of ["--root-dir=/data/kubelet"] in host_vars/node4.yml.',
    ]);
  });

  it('lets control planes renew their certificates, unless somebody else makes them or the operator says no (T13)', () => {
    const written = (kubespray: SpecificationInput['kubespray']) => {
      const { files } = groupVariables({
        specification: aSpecification({ kubespray }),
        release,
        storage: {},
      });
      return read(files['group_vars/k8s_cluster/slipway.yml']);
    };
    expect(written({ autoRenewCertificates: false })).toMatchObject({ auto_renew_certificates: false });
    const variables = { kube_external_ca_mode: true };
    expect(written({ variables })).toMatchObject({ auto_renew_certificates: false });
    expect(written({ autoRenewCertificates: true, variables })).toMatchObject({
      auto_renew_certificates: true,
    });
  });

  it('has Kubespray install the plugin whose ports the firewall opens (T12)', () => {
    const written = (input: Partial<SpecificationInput>) => {
      const { files, conflicts } = groupVariables({
        specification: aSpecification(input),
        release,
        storage: {},
      });
      expect(conflicts).toEqual([]);
      return read(files['group_vars/k8s_cluster/slipway.yml']);
    };
    const byVariable = (plugin: string) => ({ kubespray: { variables: { kube_network_plugin: plugin } } });
    expect(written({ firewall: { networkPlugin: 'cilium' } })).toMatchObject({
      kube_network_plugin: 'cilium',
    });
    expect(written(byVariable('flannel'))).toMatchObject({ kube_network_plugin: 'flannel' });
    expect(written(byVariable('kube-router'))).toMatchObject({ kube_network_plugin: 'kube-router' });
    // Before v2.27 Kubespray stops at "none".
    expect(written({ firewall: { networkPlugin: 'none' } })).toMatchObject({ kube_network_plugin: 'cni' });
  });

  it('gives NVIDIA’s runtime to GPU workers alone, beside what step 7 says of them', () => {
    const hosts = documentHosts.map((host) =>
      host.name === 'node3' ? { ...host, gpu: false as const } : host,
    );
    const specification = aSpecification({
      hosts: [...hosts, { name: 'cp', address: '10.0.10.7', roles: ['control-plane'] }],
      gpu: 'nvidia',
    });
    const { files } = groupVariables({ specification, release, storage: { node4: rootDir } });
    expect(
      Object.keys(files)
        .filter((path) => path.startsWith('host_vars'))
        .sort(),
    ).toEqual(['host_vars/node1.yml', 'host_vars/node2.yml', 'host_vars/node4.yml']);
    expect(read(files['host_vars/node4.yml'])).toEqual({
      containerd_storage_dir: '/data/containerd',
      kubelet_custom_flags: ['--root-dir=/data/kubelet'],
      containerd_additional_runtimes: [
        {
          name: 'nvidia',
          type: 'io.containerd.runc.v2',
          engine: '',
          root: '',
          options: {
            BinaryName: '/usr/bin/nvidia-container-runtime',
            SystemdCgroup: "{{ containerd_use_systemd_cgroup | ternary('true', 'false') }}",
          },
        },
      ],
    });
  });

  it('names a conflict once, with all the files that it is about', () => {
    const variables = { containerd_additional_runtimes: [{ name: 'kata' }] };
    const specification = aSpecification({ gpu: 'nvidia', kubespray: { variables } });
    const { files, conflicts } = groupVariables({ specification, release, storage: {} });
    expect(conflictTexts(conflicts)).toEqual([
      expect.stringMatching(
        /sets containerd_additional_runtimes to .*kata.*place of .*nvidia.* in host_vars\/node1.yml, .*node4.yml\.$/,
      ),
    ]);
    expect(read(files['host_vars/node1.yml'])).toEqual({});
  });
});
