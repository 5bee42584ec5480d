import { judgeNodes, parseLeases, parseNodes } from '../cluster/checks-kubernetes.js';
import { nodeLeasesList, nodesList } from '../cluster/kubernetes-lists.js';
import { rulesFor } from '../cluster/releases.js';
import type { Activities } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { confirmByKubectl } from './kubectl.js';
import { step, withHost } from './step.js';

/** Step 9: "Confirm Kubernetes nodes", asked on a control plane. */
export function confirmNodes(dependencies: Pick<Dependencies, 'hosts'>): Activities['confirmNodes'] {
  return step(({ host: target, nodes, controlPlanes = [target.name], release, kubernetes, ...patience }) =>
    withHost(dependencies, target, (host) =>
      confirmByKubectl(host, patience, async (kubectl) => {
        const seen = {
          nodes: await kubectl.list(nodesList, parseNodes),
          leases: await kubectl.list(nodeLeasesList, parseLeases),
          now: await kubectl.now(),
        };
        return judgeNodes(
          {
            names: nodes,
            controlPlanes,
            kubernetes: kubernetes === undefined ? rulesFor(release).release.kubernetes : kubernetes,
          },
          seen,
        );
      }),
    ),
  );
}
