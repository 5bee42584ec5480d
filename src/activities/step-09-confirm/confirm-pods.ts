import { judgePods } from '../../cluster/verification/pods.js';
import { systemPodsList } from '../../cluster/kubernetes/lists.js';
import { parsePods } from '../../cluster/kubernetes/pods.js';
import { confirmByKubectl } from '../running/kubectl.js';
import { hostStep } from '../running/step.js';

/** Step 9: "Confirm Kubernetes pods", asked on a control plane. */
export const confirmPods = hostStep('confirmPods', (host, { controlPlanes = [host.name], ...patience }) =>
  confirmByKubectl(host, patience, async (kubectl) => {
    const pods = await kubectl.list(systemPodsList(), parsePods);
    return judgePods({ host: host.name, controlPlanes, pods, now: await kubectl.now() });
  }),
);
