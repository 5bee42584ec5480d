import { describe, expect, it } from 'vitest';
import { checkSpecification } from '../../../src/cluster/specification/check.js';
import { aSpecification, documentHosts } from '../../support/builders.js';
import { problems, controlPlane, withStorage } from '../../support/specification-problems.js';

describe('checkSpecification', () => {
  it("takes the document's four nodes and fills in every default", () => {
    const { specification } = checkSpecification({ name: 'akash', hosts: documentHosts });
    expect(specification).toMatchObject({
      kubespray: { repository: 'https://github.com/kubernetes-sigs/kubespray.git', variables: {} },
      controlHost: 'local',
      ssh: { user: 'root', privateKey: { file: '~/.ssh/id_rsa' } },
      ephemeralStorage: false,
      dns: { upstream: ['8.8.8.8', '1.1.1.1'] },
      firewall: { enabled: true, networkPlugin: 'calico', openPorts: [] },
      overrides: [],
      approval: { hours: 72 },
    });
  });

  it('changes nothing when it is asked again about its own answer', () => {
    const specification = aSpecification({
      ephemeralStorage: {},
      controlHost: { address: 'deploy.example.org' },
    });
    expect(checkSpecification(JSON.parse(JSON.stringify(specification)))).toEqual({ specification });
  });

  it('tells every problem at once, of the schema and of the rules', () => {
    expect(
      problems({
        name: 'Akash',
        hosts: [
          { name: 'node1', address: '10.0.0.1', port: '22', roles: ['control-plane'] },
          { name: 'node1', adress: '10.0.0.2', roles: ['master'] },
        ],
        kubespray: { release: 'v2.20.0' },
        overrides: [{ check: 'worker-cpus', hosts: ['node2'], reason: 'lab' }],
      }),
    ).toEqual([
      'name: must be lower-case letters, digits and hyphens, and begin and end with a letter or digit',
      'hosts.0.port: must be a number, without quotes',
      'hosts.1.address: is missing',
      'hosts.1.roles.0: must be one of control-plane, etcd, worker',
      'hosts.1.adress: is not known; did you mean address?',
      'hosts.1.name: must be unique; "node1" is the name of hosts.0 too',
      'kubespray.release: must be between v2.24.1 and v2.31.0, or newer',
      'overrides.0.hosts.0: must be the name of a host; did you mean node1?',
    ]);
  });

  it.each([
    ['nothing', undefined, ['is missing']],
    ['a text', 'x', ['must be a mapping']],
    ['a list', [], ['must be a mapping']],
    ['null', null, ['must be a mapping']],
    ['an empty mapping', {}, ['name: is missing', 'hosts: is missing']],
    ['no hosts', { name: 'a', hosts: [] }, ['hosts: must hold at least 1 entry']],
    ['hosts that are none', { name: 'a', hosts: [null, 'b', 1] }, [
      'hosts.0: must be a mapping',
      'hosts.1: must be a mapping',
      'hosts.2: must be a mapping',
    ]], // prettier-ignore
  ])('does not stumble over %s', (_, input, expected) => {
    expect(problems(input)).toEqual(expected);
  });

  it('knows what was meant by an unknown key, and lists the keys where it does not', () => {
    expect(problems({ name: 'a', hosts: [controlPlane], ephemeral_storage: false })).toEqual([
      'ephemeral_storage: is not known; did you mean ephemeralStorage?',
    ]);
    expect(problems({ name: 'a', hosts: [controlPlane], ssh: { agent: true } })).toEqual([
      'ssh.agent: is not known; known here: user, privateKey, bootstrapPassword',
    ]);
    expect(withStorage({ disks: { cuont: 2 } })).toEqual([
      'ephemeralStorage.disks.cuont: is not known; did you mean count?',
    ]);
  });

  it('says of a choice what may be chosen', () => {
    expect(problems({ name: 'a', hosts: [controlPlane], controlHost: 'remote' })).toEqual([
      'controlHost: must be local or a mapping',
    ]);
    expect(withStorage(true)).toEqual(['ephemeralStorage: must be false or a mapping']);
    expect(withStorage({ disks: { kind: 'nvm' } })).toEqual([
      'ephemeralStorage.disks.kind: must be one of nvme, ssd, any; did you mean nvme?',
    ]);
    expect(problems({ name: 'a', hosts: [controlPlane], controlHost: { port: 0 } })).toEqual([
      'controlHost.address: is missing',
      'controlHost.port: must be at least 1',
    ]);
    expect(problems({ name: 'a', hosts: [controlPlane], ssh: { bootstrapPassword: 'hunter2' } })).toEqual([
      'ssh.bootstrapPassword: must be { file: … } or { env: … }',
    ]);
  });
});
