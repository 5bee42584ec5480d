import { judgeDnsPods, judgeForward, nodeLocalDnsLabels, parseCorefile } from '../cluster/checks-dns.js';
import { parsePods } from '../cluster/checks-pods.js';
import { rulesFor } from '../cluster/releases.js';
import type { Activities } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { confirmByKubectl } from './kubectl.js';
import { step, withHost } from './step.js';

/** Step 9: "Confirm DNS": CoreDNS's configuration and all DNS pods, asked on a control plane. */
export function confirmDns(dependencies: Pick<Dependencies, 'hosts'>): Activities['confirmDns'] {
  return step(({ host: target, nodes, release, upstreamDns, ...patience }) =>
    withHost(dependencies, target, (host) =>
      confirmByKubectl(host, patience, async (kubectl) => {
        const read = ['--namespace', 'kube-system', 'get'];
        const corefile = await kubectl.read([...read, 'configmap', 'coredns'], parseCorefile, '');
        const labels = nodeLocalDnsLabels(rulesFor(release).release.localDnsLabel).join(',');
        const podsOf = (selector: string) =>
          kubectl.read([...read, 'pods', '--selector', selector], parsePods);
        return [
          ...judgeForward(host.name, corefile, upstreamDns),
          ...judgeDnsPods({
            host: host.name,
            nodes,
            coredns: await podsOf('k8s-app=kube-dns'),
            nodeLocal: await podsOf(`k8s-app in (${labels})`),
            now: await kubectl.now(),
          }),
        ];
      }),
    ),
  );
}
