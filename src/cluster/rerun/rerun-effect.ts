import type { RerunStrictness } from '../releases/releases.js';
import type { CombinedProbes, ProbedNode } from './combine-probes.js';
import type { NodeProbe } from './node-probe.js';

/**
 * What `cluster.yml` does with a node on which kubeadm has not come to its end, one sentence.
 * @returns null when it finishes by itself what was begun
 */
export function rerunEffect({ probe, role }: ProbedNode, rerun: RerunStrictness): string | null {
  if (role === 'worker') return workerEffect(probe, rerun);
  if (probe.config) {
    return (
      'cluster.yml takes it for initialised, because /var/lib/kubelet/config.yaml is there, and skips ' +
      '"kubeadm init" and "kubeadm join" on every run (trap T6).'
    );
  }
  if (rerun === 'ignores-errors') return null;
  return role === 'first-control-plane' ? initEffect(probe, rerun) : joinControlPlaneEffect(probe);
}

function workerEffect(probe: NodeProbe, rerun: RerunStrictness): string | null {
  if (probe.kubeletConf) {
    return 'cluster.yml takes it for joined, because /etc/kubernetes/kubelet.conf is there, and never joins it again.';
  }
  const inTheWay = [
    ...(probe.bootstrapKubeletConf ? ['/etc/kubernetes/bootstrap-kubelet.conf'] : []),
    ...(probe.caCertificate ? ['ca.crt'] : []),
    ...(probe.kubeletIsActive ? ['port 10250'] : []),
  ];
  return rerun === 'ignores-errors' || inTheWay.length === 0 ? null : preflightFails('join', inTheWay);
}

/** From v2.30 a second try within the run ignores manifests and kubelet's port, but not the ports of running static pods. */
function initEffect({ manifests, kubeletIsActive }: NodeProbe, rerun: RerunStrictness): string | null {
  const files = manifests.map((name) => `${name}.yaml`);
  if (rerun === 'ignores-four-errors-in-the-run') {
    const podsRun = kubeletIsActive && files.length > 0;
    return podsRun ? preflightFails('init', [...files, 'the ports that these pods hold']) : null;
  }
  const inTheWay = [...files, ...(kubeletIsActive ? ['port 10250'] : [])];
  return inTheWay.length === 0 ? null : preflightFails('init', inTheWay);
}

/** Kubespray itself runs `kubeadm reset -f` before the join where it finds an API server's manifest. */
function joinControlPlaneEffect(probe: NodeProbe): string | null {
  if (probe.manifests.includes('kube-apiserver')) return null;
  const inTheWay = [
    ...(probe.kubeletConf ? ['/etc/kubernetes/kubelet.conf'] : []),
    ...(probe.bootstrapKubeletConf ? ['/etc/kubernetes/bootstrap-kubelet.conf'] : []),
    ...probe.manifests.map((name) => `${name}.yaml`),
    ...(probe.kubeletIsActive ? ['port 10250'] : []),
  ];
  return inTheWay.length === 0 ? null : preflightFails('join', inTheWay);
}

function preflightFails(what: 'init' | 'join', inTheWay: readonly string[]): string {
  return `cluster.yml runs "kubeadm ${what}" once more, which fails at its preflight because of ${inTheWay.join(', ')} (trap T5).`;
}

/** What it does with one that it takes for a new node, one sentence. */
export function seenAsBlankEffect({ probe, role }: ProbedNode, { takenForFirst }: CombinedProbes): string {
  if (role === 'first-control-plane') {
    return 'cluster.yml would take it for a new node and run "kubeadm init" over the cluster that is there (trap T2).';
  }
  return takenForFirst.includes(probe.host)
    ? 'cluster.yml of this release takes the first by name of the registered control planes for the first one: it would run ' +
        '"kubeadm init" on this one, over the cluster that is there (trap T2).'
    : 'cluster.yml would take it for a new node, run "kubeadm reset -f" on it and join it again (trap T2).';
}
