import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mirrorVariables } from '../../../src/lab/mirror/mirror-variables.js';
import { findMirrorRelease } from '../../../src/lab/mirror/releases.js';
import { buildSmallMirror, release, type SmallMirror } from './mirror-parts.js';

let mirror: SmallMirror;

beforeEach(async () => {
  mirror = await buildSmallMirror();
});

afterEach(() => mirror.remove());

const url = 'http://10.201.7.1:8880';

describe('the variables of a mirror', () => {
  it('say where everything comes from, in which version, and with which digest', () => {
    const digest = (name: string) =>
      mirror.stored.find(({ part }) => part.name === name)?.record?.files[0]?.digest;
    expect(mirrorVariables(release, { url, stored: mirror.stored })).toEqual({
      tool_version: '1.2.0',
      github_url: `${url}/github`,
      dl_k8s_io_url: `${url}/dl`,
      tool_archive_checksum: digest('tool'),
      program_binary_checksum: digest('program'),
      containerd_registries_mirrors: [
        {
          prefix: 'registry.example',
          mirrors: [{ host: url, capabilities: ['pull', 'resolve'], skip_verify: true }],
        },
      ],
      image_command_tool: 'crictl',
    });
  });

  it('ask v2.29.1 for the versions that stand in for its own, and for nothing that is not there', () => {
    const known = findMirrorRelease('v2.29.1');
    const stored = known.parts.map((part) => ({
      part,
      folder: '/mirror',
      record: { files: [{ path: 'file', size: 1, digest: 'sha256:1' }] },
    }));
    const variables = mirrorVariables(known, { url, stored });
    expect(variables).toMatchObject({
      kube_version: '1.33.13',
      etcd_version: '3.5.35',
      crictl_version: '1.34.0',
      flannel_version: '0.28.10',
      kube_network_plugin: 'flannel',
      image_command_tool: 'crictl',
      enable_dns_autoscaler: false,
    });
    expect(
      Object.keys(variables)
        .filter((name) => name.endsWith('_checksum'))
        .sort(),
    ).toEqual([
      'cni_binary_checksum',
      'containerd_archive_checksum',
      'crictl_binary_checksum',
      'etcd_binary_checksum',
      'kubeadm_binary_checksum',
      'kubectl_binary_checksum',
      'kubelet_binary_checksum',
      'nerdctl_archive_checksum',
      'runc_binary_checksum',
    ]);
    const mirrors = variables['containerd_registries_mirrors'] as { prefix: string }[];
    expect(mirrors.map(({ prefix }) => prefix)).toEqual(['docker.io', 'registry.k8s.io']);
  });
});
