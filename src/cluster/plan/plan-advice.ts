import { gpuAdvice } from '../kubespray/gpu.js';
import type { VariableSources } from '../kubespray/group-variables.js';
import { kubeletFolderAdvice } from '../kubespray/kubelet-folder.js';
import { firewallAdvice } from '../network/firewall.js';

/** What a plan leaves to the operator, a sentence each. */
export function planAdvice(sources: VariableSources): string[] {
  const { specification } = sources;
  return [...kubeletFolderAdvice(sources), ...gpuAdvice(specification), ...firewallAdvice(specification)];
}
