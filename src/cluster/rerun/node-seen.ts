import type { KubeletIdentity } from '../facts/kubelet-identity.js';
import type { NodeRole } from './node-role.js';

/** A host, as far as it tells whose node it is. */
export interface NodeSeen {
  readonly host: string;
  readonly role: NodeRole;
  readonly kubeletIsActive: boolean;
  /** Nothing of Kubernetes is on it; false where nobody has looked. */
  readonly isBlank: boolean;
  /** /etc/kubernetes/kubelet.conf is there. */
  readonly hasKubeletConf: boolean;
  /** Something of a control plane is on it; undefined where that cannot be told. */
  readonly isControlPlane: boolean | undefined;
  /** It is a control plane, and nothing that is looked for is missing. */
  readonly isComplete: boolean;
  /** Undefined where nobody has looked. */
  readonly identity: KubeletIdentity | undefined;
  /** Its addresses besides those of the specification, as far as they are known. */
  readonly addresses?: readonly string[];
}

/** Where kubelet has its access from; by facts of earlier versions only whether the usual file is there. */
export function kubeconfigOf({
  identity,
  hasKubeletConf,
}: NodeSeen): NonNullable<KubeletIdentity['kubeconfig']> {
  return identity?.kubeconfig ?? (hasKubeletConf ? 'usual' : 'none');
}

/**
 * Whether something may live on the host that a reset would end: its kubelet runs, and nothing proves that it works for no
 * cluster. It does not live where kubelet is stopped, where its certificate has expired, and where it waits for the end of
 * a join. A kubelet that is started again and again lives where it has all that it needs to run: pods may go on without it.
 */
export function isLive(node: NodeSeen): boolean {
  const { identity, kubeletIsActive } = node;
  if (identity === undefined) return false;
  const { certificate, hasConfig = true, service = kubeletIsActive ? 'running' : 'stopped' } = identity;
  if (service === 'stopped') return false;
  switch (kubeconfigOf(node)) {
    case 'elsewhere':
      return true;
    case 'bootstrap':
      return false;
    case 'none':
      return service === 'running';
    case 'usual':
      if (certificate === 'expired') return false;
      return service === 'running' || (hasConfig && certificate !== 'missing');
  }
}
