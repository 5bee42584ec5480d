import { parseNodes } from '../../cluster/kubernetes/nodes.js';
import { nodesList } from '../../cluster/kubernetes/lists.js';
import { forgettingPods, isNoted } from '../../cluster/verification/noted-pods.js';
import { withKubectl } from '../running/kubectl.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Takes away what `notePods` has noted, once the data from before the move is deleted: what becomes of pods from then on
 * is no matter of step 7. Asked on a control plane.
 */
export const forgetPods = hostStep('forgetPods', (host, { nodes }) =>
  withKubectl(host, { absent: unchanged('there is no Kubernetes') }, async (kubectl) => {
    const all = await kubectl.list(nodesList, parseNodes);
    const noted = all.filter(({ metadata }) => nodes.includes(metadata.name) && isNoted(metadata));
    for (const { metadata } of noted) await kubectl.change(forgettingPods(metadata.name));
    if (noted.length === 0) return unchanged('nothing was noted');
    return changed(`no longer noted: ${noted.map(({ metadata }) => metadata.name).join(', ')}`);
  }),
);
