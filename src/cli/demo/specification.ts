import { stringify } from 'yaml';
import type { CheckName } from '../../cluster/specification/check-names.js';
import type { SpecificationInput } from '../../cluster/specification/specification.js';
import type { DemoMachines } from './machines.js';

const demoCluster = 'demo';

/** What preflight has to say about machines as small as the lab's. */
const accepted = [
  ...(['control-plane', 'worker'] as const).flatMap((role) =>
    (['cpus', 'memory', 'disk'] as const).map((resource) => `${role}-${resource}` as const),
  ),
  ...(['control-plane-count', 'operating-system', 'node-address'] as const),
  ...(['kubespray-memory', 'free-space', 'time-synchronization', 'mtu', 'reachability'] as const),
  // It tells of the machine that the demo is run on, and of what else it does.
  'etcd-perf',
] satisfies CheckName[];

/** cluster.yaml for the demo's machines. @param repository the stand-in for Kubespray */
export function demoSpecification({ control, worker }: DemoMachines, repository: string): string {
  const reach = ({ name, address, port, hostKey }: DemoMachines['control']) => ({
    name,
    address,
    port,
    hostKey,
  });
  const specification: SpecificationInput = {
    name: demoCluster,
    kubespray: { release: 'v2.24.1', repository },
    ssh: { user: 'root', privateKey: { file: control.privateKey } },
    hosts: [
      { ...reach(control), roles: ['control-plane', 'etcd'] },
      { ...reach(worker), roles: ['worker'], ephemeralStorage: { disks: { count: 2, kind: 'nvme' } } },
    ],
    overrides: [
      ...accepted.map((check) => ({ check, reason: 'A throw-away machine of the lab.' })),
      {
        check: 'kubernetes-api' satisfies CheckName,
        reason: 'The stand-in for Kubespray has no API server.',
      },
    ],
  };
  return `# Written by the demo. Try: slipway plan <this file>\n${stringify(specification)}`;
}
