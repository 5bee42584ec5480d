import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import type { KubeletIdentity } from '../../../src/cluster/facts/kubelet-identity.js';
import { planFromFacts } from '../../../src/cluster/plan/plan-from-facts.js';
import { otherClusterFindings } from '../../../src/cluster/preflight/other-cluster.js';
import { type Scene, specificationOf, factsOf, planned, stolen } from '../../support/other-cluster-scene.js';

describe('a node of another cluster', () => {
  it('is an error of the plan, which says which node it is and what to do', () => {
    expect(planned(stolen)).toEqual([
      {
        check: 'other-cluster',
        host: 'b2',
        severity: 'error',
        is:
          'the node b of a cluster already: its kubelet runs and has a valid certificate, and nothing of Kubernetes is on ' +
          'the control plane that is named here (a2)',
        shouldBe: 'a node of no other cluster; Slipway does not take nodes from one',
        advice:
          'Leave b2 (10.0.0.2) out, or drain and reset it there first. If that cluster is gone for good, stop its kubelet: ' +
          'systemctl disable --now kubelet.',
      },
    ]);
  });

  it('is one too whose kubelet runs without the usual kubelet.conf, also by facts of an earlier version', () => {
    const scene: Scene = { controlPlanes: { a: {} }, workers: { b: {} } };
    const facts = factsOf(scene);
    const none: KubeletIdentity = { nodeName: null, certificate: 'none', authorities: [], apiServer: null };
    const later = {
      service: 'running',
      kubeconfig: 'none',
      hasConfig: false,
      isControlPlane: false,
    } as const;
    for (const kubeletIdentity of [none, { ...none, ...later }]) {
      const b = { ...facts['b'], kubernetes: null, kubeletIdentity } as HostFacts;
      const [finding] = otherClusterFindings(specificationOf(scene), { ...facts, b });
      expect(finding).toMatchObject({
        ...{ host: 'b', severity: 'error' },
        is: expect.stringContaining('its kubelet runs without /etc/kubernetes/kubelet.conf') as string,
      });
    }
  });

  it('does not decide which release of Kubespray the new cluster gets', () => {
    const scene = { ...stolen, workers: { ...stolen.workers, c2: null } };
    const plan = (one: Scene) =>
      planFromFacts(specificationOf(one), {
        facts: factsOf(one),
        controlHost: undefined,
        reachability: undefined,
      });
    expect(plan(scene).release.name).not.toBe('v2.24.1');
    expect(plan(scene).findings.map(({ check }) => check)).not.toContain('kubernetes-version');
    const overrides = [{ check: 'other-cluster' as const, hosts: ['b2'], reason: 'It is ours.' }];
    const accepted = plan({ ...scene, overrides });
    expect(accepted.findings.find(({ check }) => check === 'other-cluster')?.overridden).toBe('It is ours.');
    expect(accepted.release.why).toContain('1.28.6');
  });
});
