import { describe, expect, it } from 'vitest';
import { variableFindings } from '../../../src/cluster/kubespray/variable-findings.js';
import { aSpecification } from '../../support/builders.js';

const rootDir = { mountPoint: '/data', layout: 'root-dir' } as const;
const found = (variables: Record<string, string | string[]>, { release = 'v2.31.0', storage = {} } = {}) =>
  variableFindings({ specification: aSpecification({ kubespray: { variables } }), release, storage });

describe('variableFindings', () => {
  it('is silent where the operator’s variables change nothing of Slipway’s', () => {
    expect(found({ kube_version: '1.30.4', container_manager: 'containerd' })).toEqual([]);
  });

  it.each([
    ['node-{{ ansible_hostname }}', 1],
    ['{{ inventory_hostname }}', 0],
  ])('warns of names of nodes by which step 9 does not find them: %s', (name, count) => {
    const findings = found({ kube_override_hostname: name });
    expect(findings).toHaveLength(count);
    for (const { severity, is } of findings) expect(`${severity}: ${is}`).toMatch(/^warning: kube_override_/);
  });

  it('stops at a text of flags where the release makes one flag a letter of it (T1)', () => {
    const flags = { kubelet_custom_flags: '--v=4' };
    expect(found(flags)).toMatchObject([
      { check: 'group-variables', severity: 'error', advice: 'Write kubelet_custom_flags: ["--v=4"].' },
    ]);
    expect(found(flags, { release: 'v2.26.1' })).toEqual([]);
  });

  it.each([
    ['kubelet_checksums', 'v2.29.1', 'kubelet_binary_checksum: sha256:'],
    ['etcd_binary_checksums', 'v2.28.0', 'etcd_binary_checksum: sha256:'],
    ['calico_crds_archive_checksums', 'v2.29.1', 'has to be the release’s own'],
    ['calico_crds_checksums', 'v2.31.0', 'has to be the release’s own'],
    ['argocd_install_checksums', 'v2.28.1', 'argocd_install_checksum: sha256:'],
    ['coredns_server', 'v2.27.0', 'Take it out.'],
    ['kube_proxy_deployed', 'v2.24.1', 'Take it out.'],
  ])('says that %s has no effect with %s', (name, release, advice) => {
    const [finding, ...others] = found({ [name]: '' }, { release });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: 'warning', advice: expect.stringContaining(advice) as string });
    expect(finding?.is).toBe(
      `${name} in kubespray.variables has no effect: a role of Kubespray ${release} sets it itself, which wins`,
    );
  });

  it.each([
    ['kubelet_checksums', 'v2.27.1'],
    ['argocd_install_checksums', 'v2.28.0'],
    ['calico_crds_archive_checksums', 'v2.31.0'],
    ['kubelet_binary_checksum', 'v2.31.0'],
  ])('says nothing of %s with %s, which counts', (name, release) => {
    expect(found({ [name]: '' }, { release })).toEqual([]);
  });

  it('stops where kubelet’s data would be on the system disk, and not where the flag is kept', () => {
    const storage = { node4: rootDir };
    expect(found({ kubelet_custom_flags: ['--v=4'] }, { storage })).toMatchObject([
      { severity: 'error', advice: 'Add "--root-dir=/data/kubelet" to it, or choose the layout bind.' },
      { severity: 'warning' },
    ]);
    const kept = { kubelet_custom_flags: ['--root-dir=/data/kubelet', '--v=4'] };
    expect(found(kept, { storage }).map(({ severity }) => severity)).toEqual(['warning']);
    expect(
      found({ kubelet_custom_flags: ['--v=4'] }, { storage: { node4: { ...rootDir, layout: 'bind' } } }),
    ).toEqual([]);
  });

  const errorsOf = (...input: Parameters<typeof found>) =>
    found(...input)
      .filter(({ severity }) => severity === 'error')
      .map(({ is }) => is);
  const bind = { node4: { ...rootDir, layout: 'bind' } } as const;
  const documented = { node4: rootDir };

  it.each([
    ['--root-dir=/var/lib/kubelet', 'another folder'],
    ['--root-dir /mnt/kubelet', 'another word'],
    ['--root-dir=/data2/kubelet', 'a folder whose name only begins alike'],
    ['--root-dir=/data/../kubelet', 'a way out of it'],
  ])('stops at %s, %s', (flag) => {
    const [, folder = ''] = flag.split(/[ =]/);
    const variables = { kubelet_custom_flags: ['--v=4', flag] };
    expect(errorsOf(variables, { storage: documented })).toEqual([
      `kubelet_custom_flags in kubespray.variables has --root-dir=${folder} in place of --root-dir=/data/kubelet`,
    ]);
  });

  it('looks at the flag that wins, and at those of workers where the release has them', () => {
    const twice = { kubelet_custom_flags: ['--root-dir=/data/kubelet', '--root-dir=/x'] };
    expect(errorsOf(twice, { storage: documented })).toHaveLength(1);
    const ofWorkers = { kubelet_node_custom_flags: ['--root-dir=/x'] };
    expect(errorsOf(ofWorkers, { storage: documented, release: 'v2.26.1' })).toEqual([
      'kubelet_node_custom_flags in kubespray.variables has --root-dir=/x in place of --root-dir=/data/kubelet',
    ]);
    expect(errorsOf(ofWorkers, { storage: documented })).toEqual([]);
  });

  it('stops where containerd’s images would be on the system disk', () => {
    const own = (containerd_storage_dir: string) => ({ containerd_storage_dir });
    expect(errorsOf(own('/var/lib/containerd'), { storage: documented })).toEqual([
      'containerd_storage_dir in kubespray.variables is "/var/lib/containerd" in place of /data/containerd',
    ]);
    expect(found(own('/data/images'), { storage: documented }).map(({ severity }) => severity)).toEqual([
      'warning',
    ]);
    expect(found(own('/data/containerd'), { storage: documented })).toEqual([]);
    expect(found(own('/mnt/images'))).toEqual([]);
  });

  it('knows that with the layout bind the usual folders are on the array, and others are not', () => {
    const usual = {
      containerd_storage_dir: '/var/lib/containerd',
      kubelet_custom_flags: ['--root-dir=/var/lib/kubelet/'],
    };
    expect(errorsOf(usual, { storage: bind })).toEqual([]);
    const other = { containerd_storage_dir: '/x', kubelet_custom_flags: ['--root-dir=/y'] };
    expect(errorsOf(other, { storage: bind })).toEqual([
      'kubelet_custom_flags in kubespray.variables has --root-dir=/y in place of --root-dir=/var/lib/kubelet',
      'containerd_storage_dir in kubespray.variables is "/x" in place of /var/lib/containerd',
    ]);
  });

  it('stops where the operator’s own runtimes drop that of the GPU workers', () => {
    const errorsWith = (runtimes: { name: string }[], gpu: 'nvidia' | false = 'nvidia') =>
      variableFindings({
        specification: aSpecification({
          gpu,
          kubespray: { variables: { containerd_additional_runtimes: runtimes } },
        }),
        ...{ release: 'v2.31.0', storage: {} },
      }).filter(({ severity }) => severity === 'error');
    expect(errorsWith([{ name: 'kata' }])).toMatchObject([
      {
        is: 'containerd_additional_runtimes in kubespray.variables lacks the runtime nvidia',
        shouldBe: 'a runtime for the GPUs of node1, node2, node3, node4',
        advice: expect.stringContaining('/usr/bin/nvidia-container-runtime') as string,
      },
    ]);
    expect(errorsWith([{ name: 'kata' }, { name: 'nvidia' }])).toEqual([]);
    expect(errorsWith([{ name: 'kata' }], false)).toEqual([]);
  });
});
