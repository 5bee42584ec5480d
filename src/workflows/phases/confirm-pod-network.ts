import { patched } from '@temporalio/workflow';
import { carriersOf } from '../../cluster/network/ports.js';
import type { HostSpecification, Specification } from '../../cluster/specification/specification.js';
import { forEachBounded } from '../../cluster/values/for-each-bounded.js';
import { networkOfNode, type ClusterNetwork } from '../../cluster/verification/cluster-network.js';
import { hostAddressOf } from '../../protocol/host-addresses.js';
import type { PatientInput, VerificationResult, VerifyKubernetesInput } from '../../protocol/step-inputs.js';
import type { ClusterRun } from '../running/cluster-run.js';

/** Since when each node tries the network. */
const change = 'pod-network-confirmed';

interface Asked {
  readonly specification: Specification;
  /** The control plane that is asked for addresses, and what of. */
  readonly first: HostSpecification;
  readonly cluster: VerifyKubernetesInput;
  /** Those that can be asked. */
  readonly nodes: readonly HostSpecification[];
  readonly patience: () => PatientInput;
  readonly note: (result: VerificationResult | null) => void;
}

/** Not in the document: whether pods reach each other and their services, and DNS answers, tried from every node. */
export async function confirmPodNetwork(
  run: ClusterRun,
  { specification, first, cluster, nodes, patience, note }: Asked,
): Promise<void> {
  if (!patched(change)) return;
  const networks: ClusterNetwork[] = [];
  await run.forHost(first, async (steps) => {
    const read = await steps.run('readClusterNetwork', { ...cluster, ...patience() });
    note(read);
    networks.push(...(read?.network ? [read.network] : []));
  });
  const [network] = networks;
  if (network === undefined) return;
  const carriers = carriersOf(specification);
  await forEachBounded(nodes, (host) =>
    run.forHost(host, async (steps) => {
      note(
        await steps.run('confirmPodNetwork', {
          host: hostAddressOf(specification, host),
          carriers,
          ...patience(),
          network: networkOfNode(network, host.name),
        }),
      );
    }),
  );
}
