import { describe, expect, it } from 'vitest';
import { downloadsOf, type Downloads } from '../../../src/cluster/mirror/downloads.js';
import { knownDigest } from '../../../src/cluster/mirror/known-digest.js';
import { releaseTable } from '../../../src/cluster/releases/releases.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { aSpecification } from '../../support/builders.js';

function downloads(release: string, change: Partial<SpecificationInput> = {}): Downloads {
  const found = downloadsOf({ specification: aSpecification(change), release, processors: ['amd64'] });
  if (found === undefined) throw new Error(`${release} is not known`);
  return found;
}

const withVariables = (variables: NonNullable<SpecificationInput['kubespray']>['variables']) => ({
  kubespray: { variables },
});
const fileOf = ({ files }: Downloads, name: string) => files.find((file) => file.name === name);
const imageOf = ({ images }: Downloads, name: string) => images.find((image) => image.name === name);

describe('what v2.29.1 downloads', () => {
  it('is these files with Calico', () => {
    expect(downloads('v2.29.1').files.map(({ upstream, group }) => `${upstream} ${group}`)).toEqual([
      'https://dl.k8s.io/release/v1.33.7/bin/linux/amd64/kubelet k8s_cluster',
      'https://dl.k8s.io/release/v1.33.7/bin/linux/amd64/kubeadm k8s_cluster',
      'https://dl.k8s.io/release/v1.33.7/bin/linux/amd64/kubectl kube_control_plane',
      'https://github.com/etcd-io/etcd/releases/download/v3.5.25/etcd-v3.5.25-linux-amd64.tar.gz etcd',
      'https://github.com/containernetworking/plugins/releases/download/v1.8.0/cni-plugins-linux-amd64-v1.8.0.tgz k8s_cluster',
      'https://github.com/kubernetes-sigs/cri-tools/releases/download/v1.33.0/crictl-v1.33.0-linux-amd64.tar.gz k8s_cluster',
      'https://github.com/containerd/containerd/releases/download/v2.1.5/containerd-2.1.5-linux-amd64.tar.gz k8s_cluster',
      'https://github.com/opencontainers/runc/releases/download/v1.3.4/runc.amd64 k8s_cluster',
      'https://github.com/containerd/nerdctl/releases/download/v2.1.6/nerdctl-2.1.6-linux-amd64.tar.gz k8s_cluster',
      'https://github.com/projectcalico/calico/releases/download/v3.30.5/calicoctl-linux-amd64 k8s_cluster',
      'https://github.com/projectcalico/calico/archive/v3.30.5.tar.gz kube_control_plane',
    ]);
  });

  it('is these images with Calico', () => {
    expect(downloads('v2.29.1').images.map(({ reference, group }) => `${reference} ${group}`)).toEqual([
      'registry.k8s.io/kube-apiserver:v1.33.7 k8s_cluster',
      'registry.k8s.io/kube-controller-manager:v1.33.7 k8s_cluster',
      'registry.k8s.io/kube-scheduler:v1.33.7 k8s_cluster',
      'registry.k8s.io/kube-proxy:v1.33.7 k8s_cluster',
      'registry.k8s.io/pause:3.10 k8s_cluster',
      'registry.k8s.io/coredns/coredns:v1.12.0 k8s_cluster',
      'registry.k8s.io/dns/k8s-dns-node-cache:1.25.0 k8s_cluster',
      'registry.k8s.io/cpa/cluster-proportional-autoscaler:v1.8.8 kube_control_plane',
      'docker.io/library/nginx:1.28.0-alpine kube_node',
      'quay.io/calico/node:v3.30.5 k8s_cluster',
      'quay.io/calico/cni:v3.30.5 k8s_cluster',
      'quay.io/calico/kube-controllers:v3.30.5 k8s_cluster',
    ]);
  });

  it('has the digest of each file', () => {
    const etcd = fileOf(downloads('v2.29.1'), 'etcd');
    expect(etcd?.digest).toBe(knownDigest('etcd', '3.5.25', 'amd64'));
    expect(downloads('v2.29.1').files.filter(({ digest }) => digest?.length !== 64)).toEqual([]);
  });
});

describe('every known release', () => {
  const all = releaseTable.flatMap(({ name, installable, kubeVersionPrefix }) =>
    (installable ?? []).map((version) => [name, `${kubeVersionPrefix}${version}`] as const),
  );

  it.each(all)(
    '%s with Kubernetes %s has a digest for each file, and nothing that is not known',
    (name, version) => {
      for (const networkPlugin of ['calico', 'cilium', 'flannel'] as const) {
        const specification = {
          ...withVariables({ kube_version: version, helm_enabled: true }),
          firewall: { networkPlugin },
        };
        const { files, unknown } = downloads(name, specification);
        expect(unknown).toEqual([]);
        expect(files.filter(({ digest }) => digest === undefined)).toEqual([]);
      }
    },
  );

  it('is known, and no other', () => {
    expect(downloadsOf({ specification: aSpecification(), release: 'v2.99.0' })).toBeUndefined();
  });
});

describe('what the operator sets', () => {
  it('takes another version, whose digest is theirs or not known', () => {
    const own = downloads(
      'v2.27.1',
      withVariables({ etcd_version: 'v3.5.99', runc_version: '1.2.9', runc_binary_checksum: 'a'.repeat(64) }),
    );
    expect(fileOf(own, 'etcd')).toMatchObject({
      upstream: expect.stringContaining('/v3.5.99/etcd-v3.5.99-') as string,
      digest: undefined,
    });
    expect(fileOf(own, 'runc')).toMatchObject({
      upstream: expect.stringContaining('/v1.2.9/') as string,
      digest: 'a'.repeat(64),
    });
  });

  it('takes Kubernetes by its minor release with what belongs to it', () => {
    const older = downloads('v2.31.0', withVariables({ kube_version: '1.33.11' }));
    expect(fileOf(older, 'etcd')?.upstream).toContain('v3.5.29');
    expect(fileOf(downloads('v2.31.0'), 'etcd')?.upstream).toContain('v3.6.10');
    expect(imageOf(older, 'pod_infra')?.reference).toBe('registry.k8s.io/pause:3.10');
  });

  it('redirects by variables of Kubespray, which may name each other', () => {
    const own = downloads(
      'v2.29.1',
      withVariables({
        files_repo: 'http://files.lan',
        github_url: '{{ files_repo }}/gh',
        kubelet_download_url: '{{ files_repo }}/kubelet-{{ kube_version }}-{{ image_arch }}',
      }),
    );
    expect(fileOf(own, 'runc')).toMatchObject({
      address: 'http://files.lan/gh/opencontainers/runc/releases/download/v1.3.4/runc.amd64',
      upstream: 'https://github.com/opencontainers/runc/releases/download/v1.3.4/runc.amd64',
    });
    expect(fileOf(own, 'kubelet')?.address).toBe('http://files.lan/kubelet-1.33.7-amd64');
  });

  it('says what it does not know', () => {
    const own = downloads(
      'v2.29.1',
      withVariables({
        runc_version: "{{ lookup('file', '/etc/runc') }}",
        cert_manager_enabled: true,
        kube_network_plugin: 'kube-ovn',
      }),
    );
    expect(fileOf(own, 'runc')).toBeUndefined();
    expect(own.unknown).toEqual([
      'the images of kube_network_plugin kube-ovn',
      'what cert_manager_enabled brings',
      'runc, whose address is made by a template, or whose version is not known',
    ]);
  });

  it('does not guess whether a version has a v in an address of their own, before v2.28.0', () => {
    const own = withVariables({ etcd_download_url: 'http://files.lan/etcd-{{ etcd_version }}' });
    expect(fileOf(downloads('v2.27.1', own), 'etcd')).toBeUndefined();
    expect(fileOf(downloads('v2.28.0', own), 'etcd')?.address).toBe('http://files.lan/etcd-3.5.16');
  });

  it('leaves out what is switched off', () => {
    const own = downloads(
      'v2.29.1',
      withVariables({
        enable_nodelocaldns: false,
        enable_dns_autoscaler: false,
        loadbalancer_apiserver: { address: '10.0.0.9' },
      }),
    );
    const names = own.images.map(({ name }) => name);
    for (const name of ['nodelocaldns', 'dnsautoscaler', 'nginx']) expect(names).not.toContain(name);
    expect(
      downloads('v2.27.1', withVariables({ enable_dns_autoscaler: false })).images.map(({ name }) => name),
    ).toContain('dnsautoscaler');
  });
});

describe('a mirror', () => {
  const mirror = { files: 'https://mirror.lan/kubespray/', registry: 'http://mirror.lan:5000' };

  it('has files in a folder for each host that they come from', () => {
    expect(fileOf(downloads('v2.29.1', { mirror }), 'kubelet')?.address).toBe(
      'https://mirror.lan/kubespray/dl.k8s.io/release/v1.33.7/bin/linux/amd64/kubelet',
    );
  });

  it('has images by the names that they have', () => {
    expect(imageOf(downloads('v2.29.1', { mirror }), 'nginx')).toMatchObject({
      reference: 'docker.io/library/nginx:1.28.0-alpine',
      address: 'http://mirror.lan:5000/v2/library/nginx/manifests/1.28.0-alpine?ns=docker.io',
    });
  });

  it('may have a path before the names of images', () => {
    const registry = 'https://harbor.lan/kubespray';
    expect(imageOf(downloads('v2.29.1', { mirror: { registry } }), 'pod_infra')?.address).toBe(
      'https://harbor.lan/v2/kubespray/pause/manifests/3.10?ns=registry.k8s.io',
    );
  });

  it('gives way to what the operator sets', () => {
    const own = withVariables({
      github_url: 'http://other.lan',
      containerd_registries_mirrors: [{ prefix: 'quay.io', mirrors: [{ host: 'https://other.lan' }] }],
    });
    const found = downloads('v2.29.1', { mirror, ...own });
    expect(fileOf(found, 'runc')?.address).toMatch(/^http:\/\/other\.lan\/opencontainers/);
    expect(imageOf(found, 'calico_node')?.address).toMatch(/^https:\/\/other\.lan\/v2\/calico\/node/);
    expect(imageOf(found, 'nginx')?.address).toBeUndefined();
  });
});
