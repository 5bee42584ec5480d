import { judgePods } from '../../cluster/verification/pods.js';
import { systemPodsList } from '../../cluster/kubernetes/lists.js';
import { parsePods } from '../../cluster/kubernetes/pods.js';
import type { Activities } from '../../protocol/steps.js';
import type { Dependencies } from '../running/dependencies.js';
import { confirmByKubectl } from '../running/kubectl.js';
import { step, withHost } from '../running/step.js';

/** Step 9: "Confirm Kubernetes pods", asked on a control plane. */
export function confirmPods(dependencies: Pick<Dependencies, 'hosts'>): Activities['confirmPods'] {
  return step(({ host: target, controlPlanes = [target.name], ...patience }) =>
    withHost(dependencies, target, (host) =>
      confirmByKubectl(host, patience, async (kubectl) => {
        const pods = await kubectl.list(systemPodsList(), parsePods);
        return judgePods({ host: host.name, controlPlanes, pods, now: await kubectl.now() });
      }),
    ),
  );
}
