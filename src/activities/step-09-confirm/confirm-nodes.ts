import type { JudgedCheck } from '../../cluster/checks/checks.js';
import { judgeNodes, type NodesSeen } from '../../cluster/verification/nodes.js';
import { parseLeases, parseNodes } from '../../cluster/kubernetes/nodes.js';
import { nodeLeasesList, nodesList, podsOfNodeList } from '../../cluster/kubernetes/lists.js';
import { judgeNotedPods, notedPodsIn } from '../../cluster/verification/noted-pods.js';
import { parsePods } from '../../cluster/kubernetes/pods.js';
import { rulesFor } from '../../cluster/releases/releases.js';
import { confirmByKubectl, type Kubectl } from '../running/kubectl.js';
import { hostStep } from '../running/step.js';

/** Step 9: "Confirm Kubernetes nodes", asked on a control plane; and step 7.16, the pods of nodes whose data was moved. */
export const confirmNodes = hostStep(
  'confirmNodes',
  (host, { nodes, controlPlanes = [host.name], release, kubernetes, ...patience }) =>
    confirmByKubectl(host, patience, async (kubectl) => {
      const seen = {
        nodes: await kubectl.list(nodesList, parseNodes),
        leases: await kubectl.list(nodeLeasesList, parseLeases),
        now: await kubectl.now(),
      };
      const checks = judgeNodes(
        {
          names: nodes,
          controlPlanes,
          kubernetes: kubernetes === undefined ? rulesFor(release).release.kubernetes : kubernetes,
        },
        seen,
      );
      return [...checks, ...(await judgePodsOf(kubectl, nodes, seen))];
    }),
);

/** Step 7.16: the pods of those nodes whose pods were noted before step 7. */
async function judgePodsOf(
  kubectl: Kubectl,
  names: readonly string[],
  { nodes, now }: NodesSeen,
): Promise<JudgedCheck[]> {
  const checks: JudgedCheck[] = [];
  for (const { metadata } of nodes) {
    const noted = notedPodsIn(metadata.annotations);
    if (noted === undefined || !names.includes(metadata.name)) continue;
    const pods = await kubectl.list(podsOfNodeList(metadata.name), parsePods);
    checks.push(judgeNotedPods({ node: metadata.name, noted, pods, now }));
  }
  return checks;
}
