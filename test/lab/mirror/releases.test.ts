import { describe, expect, it } from 'vitest';
import { findRelease } from '../../../src/cluster/releases/releases.js';
import { imageReference } from '../../../src/lab/mirror/mirror-part.js';
import { partPrograms } from '../../../src/lab/mirror/part-recipe.js';
import { findMirrorRelease, mirrorReleases } from '../../../src/lab/mirror/releases.js';

const { parts } = findMirrorRelease('v2.29.1');

/** By roles/kubespray_defaults/defaults/main/download.yml at the tag, with the versions that the variables ask for. */
const served: Readonly<Record<string, string>> = {
  nerdctl: 'github/containerd/nerdctl/releases/download/v2.1.6/nerdctl-2.1.6-linux-amd64.tar.gz',
  pause: 'registry.k8s.io/pause:3.10',
  nginx: 'docker.io/library/nginx:1.28.0-alpine',
  'cni-plugins':
    'github/containernetworking/plugins/releases/download/v1.8.0/cni-plugins-linux-amd64-v1.8.0.tgz',
  runc: 'github/opencontainers/runc/releases/download/v1.3.4/runc.amd64',
  containerd: 'github/containerd/containerd/releases/download/v2.1.5/containerd-2.1.5-linux-amd64.tar.gz',
  crictl: 'github/kubernetes-sigs/cri-tools/releases/download/v1.34.0/crictl-v1.34.0-linux-amd64.tar.gz',
  etcd: 'github/etcd-io/etcd/releases/download/v3.5.35/etcd-v3.5.35-linux-amd64.tar.gz',
  kubeadm: 'dl/release/v1.33.13/bin/linux/amd64/kubeadm',
  kubelet: 'dl/release/v1.33.13/bin/linux/amd64/kubelet',
  kubectl: 'dl/release/v1.33.13/bin/linux/amd64/kubectl',
  'kube-apiserver': 'registry.k8s.io/kube-apiserver:v1.33.13',
  'kube-controller-manager': 'registry.k8s.io/kube-controller-manager:v1.33.13',
  'kube-scheduler': 'registry.k8s.io/kube-scheduler:v1.33.13',
  'kube-proxy': 'registry.k8s.io/kube-proxy:v1.33.13',
  coredns: 'registry.k8s.io/coredns/coredns:v1.12.0',
  'node-cache': 'registry.k8s.io/dns/k8s-dns-node-cache:1.25.0',
  flannel: 'docker.io/flannel/flannel:v0.28.10',
  'flannel-cni-plugin': 'docker.io/flannel/flannel-cni-plugin:v1.7.1-flannel1',
};

describe('the parts of v2.29.1', () => {
  it('are called as the release asks for them', () => {
    const names = parts.map(({ name, delivery }) => [
      name,
      delivery.kind === 'file' ? delivery.path : imageReference(delivery),
    ]);
    expect(Object.fromEntries(names)).toEqual(served);
    expect(names).toHaveLength(Object.keys(served).length);
  });

  it('call a stand-in by that name, and say what it is', () => {
    const standIns = parts.filter(({ nature }) => nature === 'stand-in');
    expect(standIns.map(({ name }) => name).sort()).toEqual(['nerdctl', 'node-cache', 'pause']);
    for (const { remark } of standIns) expect(remark).toBeTruthy();
  });

  it('either ask for their version by a variable, or say why they bear the name of another one', () => {
    const others = parts.filter(({ version, releaseVersion }) => version !== releaseVersion);
    expect(
      others.filter(({ versionVariable }) => versionVariable === undefined).map(({ name }) => name),
    ).toEqual(['nginx', 'flannel-cni-plugin']);
    for (const { versionVariable, remark } of others) expect(versionVariable ?? remark).toBeTruthy();
  });

  it('have a folder name each in the cache, and programs of different names within', () => {
    for (const { name, contents } of parts) {
      expect(name).toMatch(/^[a-z-]+$/);
      const programs = partPrograms(contents);
      expect(new Set(programs).size).toBe(programs.length);
    }
    expect(new Set(parts.map(({ name }) => name)).size).toBe(parts.length);
  });

  it('are files of one program, or archives', () => {
    for (const { contents, delivery } of parts) {
      if (delivery.kind !== 'file' || delivery.archiveFolder !== undefined) continue;
      expect(partPrograms(contents)).toHaveLength(1);
    }
  });

  it('build containerd, etcd and the network plugins whole', () => {
    const programsIn = (name: string) =>
      partPrograms(parts.find((part) => part.name === name)?.contents ?? {});
    expect(programsIn('containerd')).toEqual(['containerd', 'containerd-shim-runc-v2', 'ctr']);
    expect(programsIn('etcd')).toEqual(['etcd', 'etcdctl', 'etcdutl']);
    expect(programsIn('cni-plugins')).toHaveLength(18);
  });
});

describe('the releases that the mirror knows', () => {
  it('are found by their tag, and the newest without one', () => {
    expect(findMirrorRelease('v2.29.1').name).toBe('v2.29.1');
    expect(findMirrorRelease()).toBe(mirrorReleases[0]);
    expect(() => findMirrorRelease('v1.0.0')).toThrow('It knows: v2.29.1.');
  });

  it('know which Kubernetes they install by themselves, and get one of the same minor version', () => {
    const minor = (version = '') => version.split('.').slice(0, 2).join('.');
    for (const { name, parts } of mirrorReleases) {
      const kubelet = parts.find((part) => part.name === 'kubelet');
      expect(kubelet?.releaseVersion).toBe(findRelease(name)?.kubernetes);
      expect(minor(kubelet?.version)).toBe(minor(kubelet?.releaseVersion));
    }
  });
});
