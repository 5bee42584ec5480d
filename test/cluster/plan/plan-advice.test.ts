import { describe, expect, it } from 'vitest';
import { planAdvice } from '../../../src/cluster/plan/plan-advice.js';
import { storageLayouts } from '../../../src/cluster/storage/storage-layouts.js';
import type { StoragePlan } from '../../../src/cluster/storage/storage-plan.js';
import { anApplyPlan, aSpecification, aTarget } from '../../support/builders.js';

describe('what is left to the operator', () => {
  const advice = (plans: Record<string, StoragePlan>, input = {}, { release = 'v2.31.0' } = {}) =>
    planAdvice({
      specification: aSpecification({ firewall: { enabled: false }, ...input }),
      release,
      storage: storageLayouts(plans),
    });
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
