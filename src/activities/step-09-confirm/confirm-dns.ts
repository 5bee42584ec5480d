import {
  judgeCoreDnsPods,
  judgeForward,
  judgeNodeLocalPods,
  nodeLocalDnsLabels,
  parseCorefile,
} from '../../cluster/verification/dns.js';
import type { JudgedCheck } from '../../cluster/checks/checks.js';
import { systemPodsList } from '../../cluster/kubernetes/lists.js';
import { parsePods } from '../../cluster/kubernetes/pods.js';
import { rulesFor } from '../../cluster/releases/releases.js';
import type { VerifyKubernetesInput } from '../../protocol/step-inputs.js';
import { confirmByKubectl, type Kubectl } from '../running/kubectl.js';
import { hostStep } from '../running/step.js';

/**
 * Step 9: "Confirm DNS": where CoreDNS and the node-local cache forward to, and all DNS pods that were asked for, asked on
 * a control plane.
 */
export const confirmDns = hostStep('confirmDns', (host, input) =>
  confirmByKubectl(host, input, (kubectl) => judgeDns(kubectl, host.name, input)),
);

async function judgeDns(
  kubectl: Kubectl,
  host: string,
  { nodes, release, upstreamDns, coreDns = ['kube-dns'], nodeLocalDns = true }: VerifyKubernetesInput,
): Promise<JudgedCheck[]> {
  const podsOf = async (selector: string) => ({
    host,
    pods: await kubectl.list(systemPodsList(selector), parsePods),
    now: await kubectl.now(),
  });
  const judgeForwardOf = async (configMap: 'coredns' | 'nodelocaldns') => {
    if (upstreamDns === null) return [];
    const words = ['--namespace', 'kube-system', 'get', 'configmap', configMap];
    const corefile = await kubectl.read(words, parseCorefile, '');
    return [judgeForward(configMap, { host, corefile, upstream: upstreamDns })];
  };
  const checks = coreDns.length > 0 ? await judgeForwardOf('coredns') : [];
  for (const label of coreDns) {
    checks.push(judgeCoreDnsPods(label, await podsOf(`k8s-app=${label}`)));
  }
  if (nodeLocalDns) {
    checks.push(...(await judgeForwardOf('nodelocaldns')));
    const labels = nodeLocalDnsLabels(rulesFor(release).release.localDnsLabel).join(',');
    checks.push(judgeNodeLocalPods(nodes, await podsOf(`k8s-app in (${labels})`)));
  }
  return checks;
}
