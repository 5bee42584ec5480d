import { describe, expect, it } from 'vitest';
import { planCluster } from '../../src/cluster/plan-cluster.js';
import { renderPlan } from '../../src/cluster/render-plan.js';
import { variableFindings } from '../../src/cluster/variable-findings.js';
import { anApplyPlan, aSpecification, aTarget } from './builders.js';

const rootDir = { mountPoint: '/data', layout: 'root-dir' } as const;
const found = (variables: Record<string, string | string[]>, { release = 'v2.31.0', storage = {} } = {}) =>
  variableFindings({ specification: aSpecification({ kubespray: { variables } }), release, storage });

describe('variableFindings', () => {
  it('is silent where the operator’s variables change nothing of Slipway’s', () => {
    expect(found({ kube_version: '1.30.4', container_manager: 'containerd' })).toEqual([]);
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
  const advice = (storage: Parameters<typeof planCluster>[0]['storage'], input = {}) =>
    planCluster({
      specification: aSpecification({ firewall: { enabled: false }, ...input }),
      release: { name: 'v2.31.0', why: 'x', findings: [] },
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

  it('tells what GPU workers need besides the runtime', () => {
    expect(advice({}, { gpu: 'nvidia' })).toEqual([
      expect.stringMatching(
        /^containerd on node1, .*node4 gets the runtime nvidia; .*RuntimeClass named nvidia\.$/,
      ),
    ]);
  });
});
