import { systemPodsList, systemServicesList } from '../../cluster/kubernetes/lists.js';
import { parsePods } from '../../cluster/kubernetes/pods.js';
import { parseService, parseServices } from '../../cluster/kubernetes/services.js';
import {
  clusterNetworkOf,
  zoneOfServices,
  type ClusterNetwork,
} from '../../cluster/verification/cluster-network.js';
import { parseCorefile } from '../../cluster/verification/dns.js';
import type { VerifyKubernetesInput } from '../../protocol/step-inputs.js';
import { confirmByKubectl, type Kubectl } from '../running/kubectl.js';
import { hostStep } from '../running/step.js';

/** Step 9: the addresses of pods and services, by which each node tries the network, asked on a control plane. */
export const readClusterNetwork = hostStep('readClusterNetwork', async (host, input) => {
  let network: ClusterNetwork | null = null;
  const result = await confirmByKubectl(host, input, async (kubectl) => {
    network = await networkBy(kubectl, input);
    return [];
  });
  return { ...result, network };
});

async function networkBy(
  kubectl: Kubectl,
  {
    coreDns = ['kube-dns'],
    nodeLocalDns = true,
    nodeLocalDnsAddress = null,
    clusterDomain = null,
  }: VerifyKubernetesInput,
): Promise<ClusterNetwork> {
  const words = (namespace: string, kind: string, name: string) => [
    '--namespace',
    namespace,
    'get',
    kind,
    name,
  ];
  const domain =
    clusterDomain ??
    zoneOfServices(await kubectl.read(words('kube-system', 'configmap', 'coredns'), parseCorefile, ''));
  return clusterNetworkOf({
    pods: await kubectl.list(systemPodsList(), parsePods),
    services: await kubectl.list(systemServicesList, parseServices),
    api: await kubectl.read(words('default', 'service', 'kubernetes'), parseService),
    coreDns,
    nodeLocalDns: nodeLocalDns ? nodeLocalDnsAddress : null,
    domain,
  });
}
