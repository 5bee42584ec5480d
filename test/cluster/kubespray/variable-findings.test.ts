import { describe, expect, it } from 'vitest';
import { planCluster } from '../../../src/cluster/plan/plan-cluster.js';
import { renderPlan } from '../../../src/cluster/plan/render-plan.js';
import { variableFindings } from '../../../src/cluster/kubespray/variable-findings.js';
import { anApplyPlan, aSpecification, aTarget } from '../../support/builders.js';

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
      { check: 'group-variables', severity: 'error', mend: 'Write kubelet_custom_flags: ["--v=4"].' },
    ]);
    expect(found(flags, { release: 'v2.26.1' })).toEqual([]);
  });

  it('stops where kubelet’s data would be on the system disk, and not where the flag is kept', () => {
    const storage = { node4: rootDir };
    expect(found({ kubelet_custom_flags: ['--v=4'] }, { storage })).toMatchObject([
      { severity: 'error', mend: 'Add "--root-dir=/data/kubelet" to it, or choose the layout bind.' },
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
        mend: expect.stringContaining('/usr/bin/nvidia-container-runtime') as string,
      },
    ]);
    expect(errorsWith([{ name: 'kata' }, { name: 'nvidia' }])).toEqual([]);
    expect(errorsWith([{ name: 'kata' }], false)).toEqual([]);
  });

  it('is in the plan, with its override', () => {
    const specification = aSpecification({
      kubespray: { variables: { upstream_dns_servers: ['9.9.9.9'] } },
      overrides: [{ check: 'group-variables', reason: 'our own resolver' }],
    });
    const release = { name: 'v2.31.0', why: 'x', findings: [] };
    const text = renderPlan(planCluster({ specification, release, facts: {}, storage: {}, findings: [] }));
    expect(text).toContain(
      'accepted group-variables: is kubespray.variables sets upstream_dns_servers to ["9.9.9.9"]; it takes the place of',
    );
    expect(text).toContain('accepted because: our own resolver');
  });
});

describe('what is left to the operator', () => {
  const advice = (
    storage: Parameters<typeof planCluster>[0]['storage'],
    input = {},
    { release = 'v2.31.0' } = {},
  ) =>
    planCluster({
      specification: aSpecification({ firewall: { enabled: false }, ...input }),
      release: { name: release, why: 'x', findings: [] },
      facts: {},
      storage,
      findings: [],
    }).advice;
  const target = aTarget({ layout: 'root-dir', path: 'fresh' });

  it('names kubelet’s folder for rook-ceph and Velero where it is another, also on hosts that are done', () => {
    const satisfied = { kind: 'satisfied', target, digest: 'sha256:0' } as const;
    const apply = anApplyPlan({ target });
    expect(advice({ node1: satisfied, node2: satisfied, node3: satisfied, node4: apply })).toEqual([
      'If you use rook-ceph, set csi.kubeletDirPath to /data/kubelet.',
      'If you use Velero, set restic.podVolumePath (nodeAgent.podVolumePath in newer charts) to /data/kubelet/pods.',
    ]);
    expect(advice({ node4: anApplyPlan() })).toEqual([]);
  });

  it('tells where hosts have different folders, because both programs know one', () => {
    const [sentence, ...others] = advice({ node4: anApplyPlan({ target }) });
    expect(others).toEqual([]);
    expect(sentence).toContain(
      'Kubelet’s folder is /var/lib/kubelet on node1, node2, node3, /data/kubelet on node4.',
    );
    expect(sentence).toContain('csi.kubeletDirPath to /data/kubelet.');
  });

  it('names the folder of the --root-dir that wins, with an array and without one', () => {
    const own = (flags: object) => ({ kubespray: { variables: flags } });
    const flags = own({ kubelet_custom_flags: ['--root-dir=/x', '--root-dir=/data/k/'] });
    const expected = [
      'If you use rook-ceph, set csi.kubeletDirPath to /data/k.',
      'If you use Velero, set restic.podVolumePath (nodeAgent.podVolumePath in newer charts) to /data/k/pods.',
    ];
    expect(advice({ node4: anApplyPlan({ target }) }, flags)).toEqual(expected);
    expect(advice({}, flags)).toEqual(expected);
    expect(
      advice(
        { node4: anApplyPlan({ target }) },
        own({ kubelet_custom_flags: ['--root-dir=/var/lib/kubelet'] }),
      ),
    ).toEqual([]);
    const template = own({ kubelet_custom_flags: ['--root-dir={{ base }}/kubelet'] });
    expect(advice({}, template)[0]).toContain('csi.kubeletDirPath to {{ base }}/kubelet.');
  });

  it('knows that flags without a --root-dir leave kubelet where it usually is', () => {
    const flags = { kubespray: { variables: { kubelet_custom_flags: ['--v=4'] } } };
    expect(advice({ node4: anApplyPlan({ target }) }, flags)).toEqual([]);
  });

  it('knows that the flags of workers are for these only, and for releases that have them', () => {
    const variables = { kubelet_node_custom_flags: ['--root-dir=/data/k'] };
    const roles = (name: string, ...list: string[]) => ({
      name,
      address: `10.0.0.${list.length}`,
      roles: list,
    });
    const input = {
      hosts: [roles('cp', 'control-plane', 'etcd'), roles('w', 'worker')],
      kubespray: { variables },
    };
    expect(advice({}, input, { release: 'v2.26.1' })).toEqual([
      'Kubelet’s folder is /var/lib/kubelet on cp, /data/k on w. If you use rook-ceph, set csi.kubeletDirPath to /data/k. ' +
        'If you use Velero, set restic.podVolumePath (nodeAgent.podVolumePath in newer charts) to /data/k/pods. ' +
        'Each of them knows one folder for all hosts that its pods run on.',
    ]);
    expect(advice({}, input)).toEqual([]);
  });

  it('tells what GPU workers need besides the runtime', () => {
    expect(advice({}, { gpu: 'nvidia' })).toEqual([
      expect.stringMatching(
        /^containerd on node1, .*node4 gets the runtime nvidia; .*RuntimeClass named nvidia\.$/,
      ),
    ]);
  });
});
