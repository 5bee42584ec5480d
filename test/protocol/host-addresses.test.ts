import { describe, expect, it } from 'vitest';
import {
  ansibleKeyOf,
  controlHostAddress,
  controlHostName,
  hostAddressOf,
  workerAddress,
} from '../../src/protocol/host-addresses.js';
import type { SpecificationInput } from '../../src/cluster/specification/specification.js';
import { aSpecification, documentHosts } from '../support/builders.js';

const hostKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHvBwb0NbSt0T0UzVRNZ4Hq0o7QpZ4Z1kQ0b1o0B0n3x';

const [first, ...others] = documentHosts;
const withFirst = (
  change: Partial<SpecificationInput['hosts'][number]>,
  more: Partial<SpecificationInput> = {},
) =>
  aSpecification({ hosts: [...(first === undefined ? [] : [{ ...first, ...change }]), ...others], ...more });
const addressOfFirst = (...input: Parameters<typeof withFirst>) => {
  const specification = withFirst(...input);
  const [host] = specification.hosts;
  return host && hostAddressOf(specification, host);
};

describe('how a host is reached', () => {
  it('is by the address of the specification, never the inner one, with the cluster’s user and key', () => {
    const ssh = { user: 'ops', privateKey: { file: '/keys/a' } };
    expect(addressOfFirst({ internalAddress: '192.168.0.1', port: 2222 }, { ssh })).toEqual({
      ...{ kind: 'ssh', name: 'node1', cluster: 'akash', address: '10.0.10.136', port: 2222 },
      ...{ user: 'ops', privateKey: '/keys/a' },
    });
  });

  it('is by the host’s own user and pinned key where it has them', () => {
    expect(addressOfFirst({ user: 'admin', hostKey })).toMatchObject({ user: 'admin', hostKey });
    expect(addressOfFirst({})).not.toHaveProperty('hostKey');
  });
});

describe('the control host', () => {
  it('is the worker’s own machine unless another is named', () => {
    const local = aSpecification();
    expect(controlHostAddress(local)).toEqual({ kind: 'local', name: controlHostName, cluster: 'akash' });
    expect(controlHostAddress(local)).toEqual(workerAddress(local));
    const named = aSpecification({ controlHost: { address: '10.9.9.9', port: 2201, user: 'deploy' } });
    expect(controlHostAddress(named)).toEqual({
      ...{ kind: 'ssh', name: controlHostName, cluster: 'akash', address: '10.9.9.9', port: 2201 },
      ...{ user: 'deploy', privateKey: named.ssh.privateKey.file },
    });
    expect(workerAddress(named)).toMatchObject({ kind: 'local' });
  });

  it('has the specification’s key where it is the worker’s machine, else one of its own', () => {
    const ssh = { privateKey: { file: '/keys/a' } };
    expect(ansibleKeyOf(aSpecification({ ssh }))).toBe('/keys/a');
    expect(ansibleKeyOf(aSpecification({ ssh, controlHost: { address: '10.9.9.9' } }))).toBe('~/.ssh/id_rsa');
  });
});
