import type { NodeKubernetes } from './facts.js';
import { blocksOf, type FactsSections } from './sections.js';

/**
 * Understands the section about Kubernetes: "KUBELET=Kubernetes v1.31.9" and "APISERVER=v1.31.9".
 * @returns null for a host that is no node; undefined where nobody has looked
 */
export function parseNodeKubernetes(sections: FactsSections): NodeKubernetes | null | undefined {
  if (!sections.has('kubernetes')) return undefined;
  const [node] = blocksOf(sections, 'kubernetes', 'KUBELET');
  if (node === undefined) return null;
  return {
    kubelet: versionIn(node['KUBELET'], /^Kubernetes v(\S+)/),
    apiServer: versionIn(node['APISERVER'], /^v(\S+)/),
  };
}

/** The number alone; what a distributor has put behind it, such as "+rke2r1", decides nothing. */
function versionIn(text: string | undefined, form: RegExp): string | null {
  const [, version = ''] = form.exec(text ?? '') ?? [];
  return /^[0-9]{1,9}\.[0-9]{1,9}\.[0-9]{1,9}/.exec(version)?.[0] ?? null;
}
