import type { SpecificationInput } from '../../src/cluster/specification/specification.js';

let clusters = 0;

interface ClusterChanges extends Partial<SpecificationInput> {
  readonly workers?: readonly string[];
  /** First three numbers of the hosts' addresses; without it, those that no other cluster of these tests has. */
  readonly network?: string;
}

/** A cluster of one control plane and some workers. */
export function aCluster(
  name: string,
  { workers = ['w1'], network = anotherNetwork(), ...change }: ClusterChanges = {},
): SpecificationInput {
  return {
    name,
    hosts: [
      { name: 'cp', address: `${network}.1`, roles: ['control-plane', 'etcd'] },
      ...workers.map((worker, index) => ({
        name: worker,
        address: `${network}.${index + 2}`,
        roles: ['worker' as const],
      })),
    ],
    ephemeralStorage: {},
    ...change,
  };
}

function anotherNetwork(): string {
  clusters += 1;
  return `10.${process.pid % 200}.${clusters}`;
}
