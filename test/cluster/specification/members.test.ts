import { describe, expect, it } from 'vitest';
import { ephemeralStorageOf, membersOf } from '../../../src/cluster/specification/members.js';
import { aSpecification } from '../../support/builders.js';

describe('membersOf and ephemeralStorageOf', () => {
  it('sort the hosts by role, in their order', () => {
    const { controlPlanes, etcdMembers, workers } = membersOf(aSpecification());
    expect(controlPlanes.map(({ name }) => name)).toEqual(['node1', 'node2', 'node3']);
    expect(etcdMembers.map(({ name }) => name)).toEqual(['node1', 'node2', 'node3']);
    expect(workers.map(({ name }) => name)).toEqual(['node1', 'node2', 'node3', 'node4']);
  });

  it("take a host's own setting before the cluster's, and the cluster's on workers only", () => {
    const specification = aSpecification({
      hosts: [
        { name: 'cp', address: '10.0.0.1', roles: ['control-plane'] },
        { name: 'w1', address: '10.0.0.2', roles: ['worker'] },
        { name: 'w2', address: '10.0.0.3', roles: ['worker'], ephemeralStorage: false },
        { name: 'w3', address: '10.0.0.4', roles: ['worker'], ephemeralStorage: { mountPoint: '/mnt/x' } },
      ],
      ephemeralStorage: { mountPoint: '/data' },
    });
    const mountPoints = specification.hosts.map((host) => {
      const storage = ephemeralStorageOf(specification, host);
      return storage && storage.mountPoint;
    });
    expect(mountPoints).toEqual([false, '/data', false, '/mnt/x']);
  });
});
