import type { JudgedCheck } from '../../cluster/checks/checks.js';
import type { NodeNetwork } from '../../cluster/verification/cluster-network.js';
import { networkProbes, type NetworkTrial } from '../../cluster/verification/network-trial.js';
import { judgePodNetwork, ofHost } from '../../cluster/verification/pod-network.js';
import type { Host } from '../../hosts/host.js';
import { tryNetworkFromHost, tryNetworkFromPod, type Outcome } from '../../probes/try-network.js';
import { lookUntilSettled } from '../running/look-until-settled.js';
import { hostStep } from '../running/step.js';

/** Step 9, on each node: whether it reaches the others' pods and the services, and DNS answers. Changes nothing. */
export const confirmPodNetwork = hostStep('confirmPodNetwork', (host, { network, carriers, ...patience }) =>
  lookUntilSettled(patience, () => tryNetwork(host, network, carriers)),
);

async function tryNetwork(
  host: Host,
  network: NodeNetwork,
  carriers: readonly string[],
): Promise<JudgedCheck[]> {
  const [byHost, byPod] = [networkProbes(network, 'host'), networkProbes(network, 'pod')];
  const fromHost = await tryNetworkFromHost(host, byHost);
  const fromPod = network.pod === null ? null : await tryNetworkFromPod(host, byPod, network.pod.name);
  const trial = (from: string, probes: NetworkTrial['probes'], outcome: Outcome | null): NetworkTrial[] =>
    outcome === null || typeof outcome === 'string' ? [] : [{ from, probes, ...outcome }];
  const trials = [...trial(ofHost, byHost, fromHost), ...trial(network.pod?.name ?? '', byPod, fromPod)];
  return judgePodNetwork({
    host: host.name,
    network,
    carriers,
    trials: fromHost === 'no python3' ? null : trials,
    notEntered: typeof fromPod === 'string' ? fromPod : null,
  });
}
