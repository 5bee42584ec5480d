import { expect, it } from 'vitest';
import { gpuAdvice, gpuOf } from '../../../src/cluster/kubespray/gpu.js';
import { aSpecification, documentHosts } from '../../support/builders.js';

const on = (gpu: 'nvidia' | false, own: Readonly<Record<string, 'nvidia' | false>> = {}) =>
  aSpecification({
    gpu,
    hosts: documentHosts.map((host) => ({
      ...host,
      ...(host.name === 'node1' && { roles: ['control-plane' as const, 'etcd' as const] }),
      ...(own[host.name] !== undefined && { gpu: own[host.name] }),
    })),
  });
const withGpu = (...input: Parameters<typeof on>) => {
  const specification = on(...input);
  return specification.hosts
    .filter((host) => gpuOf(specification, host) === 'nvidia')
    .map(({ name }) => name);
};

it('is that of the cluster on workers only, and a host’s own setting wherever it is', () => {
  expect(withGpu('nvidia')).toEqual(['node2', 'node3', 'node4']);
  expect(withGpu('nvidia', { node2: false, node1: 'nvidia' })).toEqual(['node1', 'node3', 'node4']);
  expect(withGpu(false)).toEqual([]);
  expect(withGpu(false, { node4: 'nvidia' })).toEqual(['node4']);
});

it('leaves the device plugin to the operator, for the hosts that have one', () => {
  expect(gpuAdvice(on(false))).toEqual([]);
  expect(gpuAdvice(on(false, { node4: 'nvidia' }))).toEqual([
    expect.stringContaining('containerd on node4 gets'),
  ]);
});
