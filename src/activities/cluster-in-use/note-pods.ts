import { isReady, parseNodes } from '../../cluster/kubernetes/nodes.js';
import { nodesList, podsOfNodeList } from '../../cluster/kubernetes/lists.js';
import { noteOf, notingPods } from '../../cluster/verification/noted-pods.js';
import { parsePods } from '../../cluster/kubernetes/pods.js';
import { counted } from '../../cluster/text/quantities.js';
import type { NodesInput } from '../../protocol/step-inputs.js';
import { withKubectl, type Kubectl } from '../running/kubectl.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Before nodes of a running cluster are stopped: notes at each which pods are well, so that step 7.16 can tell what the
 * move has broken from what was broken already. Asked on a control plane.
 */
export const notePods = hostStep('notePods', (host, { nodes }) =>
  withKubectl(host, { absent: unchanged('there is no Kubernetes yet') }, (kubectl) => noteBy(kubectl, nodes)),
);

/**
 * A node that is not Ready keeps the note that it has: where an earlier run has stopped its kubelet, what is shown of its
 * pods is no longer how they were.
 */
async function noteBy(kubectl: Kubectl, names: NodesInput['nodes']) {
  const ready = (await kubectl.list(nodesList, parseNodes)).filter(isReady);
  const noted: string[] = [];
  for (const name of names) {
    if (!ready.some(({ metadata }) => metadata.name === name)) continue;
    const note = noteOf(await kubectl.list(podsOfNodeList(name), parsePods), await kubectl.now());
    await kubectl.change(notingPods(name, note));
    noted.push(`${name} (${counted(Object.keys(note).length, 'pod')})`);
  }
  return noted.length === 0 ? unchanged('none of the nodes is Ready') : changed(`noted: ${noted.join(', ')}`);
}
