import type { SpecificationInput } from '../../src/cluster/specification.js';

let clusters = 0;

/** A cluster of one control plane and some workers, at addresses that no other cluster of these tests has. */
export function aCluster(
  name: string,
  { workers = ['w1'], ...change }: Partial<SpecificationInput> & { workers?: readonly string[] } = {},
): SpecificationInput {
  clusters += 1;
  const network = `10.${process.pid % 200}.${clusters}`;
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
