import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inventoryYaml } from '../../../src/cluster/kubespray/inventory.js';
import { ephemeralStorageOf, membersOf } from '../../../src/cluster/specification/members.js';
import { checkSpecification, formatProblem } from '../../../src/cluster/specification/check.js';
import { aSpecification, documentHosts } from '../../support/builders.js';

const problems = (input: unknown) => (checkSpecification(input).problems ?? []).map(formatProblem);
const hosts = (...list: unknown[]) => problems({ name: 'akash', hosts: list });
const controlPlane = { name: 'cp', address: '10.0.0.1', roles: ['control-plane', 'worker'] };
const worker = { name: 'w', address: '10.0.0.2', roles: ['worker'] };
const withStorage = (ephemeralStorage: unknown) =>
  problems({ name: 'akash', hosts: [controlPlane], ephemeralStorage });

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

describe('rules for hosts', () => {
  it.each(['-a', 'a-', 'a_b', 'A', 'a.b', 'a b', '$(id)', 'a;b', '', 'a'.repeat(64)])(
    'refuse the name %j',
    (name) => {
      expect(hosts({ ...controlPlane, name })[0]).toMatch(/^hosts\.0\.name: must be /);
    },
  );

  it('refuse the name that every object has', () => {
    expect(hosts({ ...controlPlane, name: 'constructor' })).toEqual([
      'hosts.0.name: must not be "constructor", which means something else to Slipway itself',
    ]);
  });

  it.each(['all', 'etcd', 'localhost', 'ungrouped', 'bastion'])('refuse the name %s', (name) => {
    expect(hosts({ ...controlPlane, name })).toEqual([
      `hosts.0.name: must not be "${name}", which means something else to Ansible`,
    ]);
  });

  it.each([
    '10.0.0.256',
    '10.0.0',
    '1.2.3.4.5',
    'a..b',
    '-a.example.org',
    'a b',
    'a;reboot',
    '`id`',
    '$HOME',
    'fe80::g',
  ])('refuse the address %j', (address) => {
    expect(hosts({ ...controlPlane, address })).toEqual([
      'hosts.0.address: must be an IP address or a DNS name',
    ]);
  });

  it.each(['10.0.0.1', '2001:db8::1', 'node1', 'node1.example.org', 'a-b.c', 'x1'])(
    'take the address %j',
    (address) => {
      expect(hosts({ ...controlPlane, address })).toEqual([]);
    },
  );

  it('want every address and port once, and every inner address', () => {
    expect(hosts(controlPlane, { ...worker, address: '10.0.0.1' })).toEqual([
      'hosts.1.address: must be unique; 10.0.0.1 port 22 is hosts.0 too',
    ]);
    expect(hosts(controlPlane, { ...worker, address: '10.0.0.1', port: 2222 })).toEqual([]);
    expect(
      hosts({ ...controlPlane, internalAddress: '10.1.0.1' }, { ...worker, internalAddress: '10.1.0.1' }),
    ).toEqual(['hosts.1.internalAddress: must be unique; 10.1.0.1 is that of hosts.0 too']);
    expect(
      hosts(
        { ...controlPlane, internalAddress: '2001:DB8::1' },
        { ...worker, internalAddress: '2001:db8::1' },
      ),
    ).toHaveLength(1);
    expect(
      hosts({ ...controlPlane, address: 'A.example.org' }, { ...worker, address: 'a.example.ORG' }),
    ).toHaveLength(1);
  });

  it.each([
    ['2001:db8::1', '2001:DB8:0::1'],
    ['10.0.0.3', '::ffff:10.0.0.3'],
    ['::ffff:a00:3', '10.0.0.3'],
  ])('know that %s and %s are one address', (one, other) => {
    expect(hosts({ ...controlPlane, address: one }, { ...worker, address: other })).toEqual([
      `hosts.1.address: must be unique; ${other.toLowerCase()} port 22 is hosts.0 too`,
    ]);
    expect(hosts({ ...controlPlane, internalAddress: one }, { ...worker, internalAddress: other })).toEqual([
      `hosts.1.internalAddress: must be unique; ${other.toLowerCase()} is that of hosts.0 too`,
    ]);
  });

  it('want no inner address that is the address of another host', () => {
    const problem = 'hosts.1.internalAddress: must be unique; 10.0.0.1 is the address of hosts.0';
    expect(hosts(controlPlane, { ...worker, internalAddress: '10.0.0.1' })).toEqual([problem]);
    // Behind one address that leads to each by a port, only the inner ones count.
    const gateway = { ...controlPlane, port: 2201, internalAddress: '192.168.0.1' };
    expect(hosts(gateway, { ...worker, address: '10.0.0.1', internalAddress: '10.0.0.1' })).toEqual([]);
    expect(hosts({ ...controlPlane, internalAddress: '10.0.0.1' }, worker)).toEqual([]);
  });

  it.each([
    '0.0.0.0',
    '::',
    '224.0.0.1',
    '239.1.2.3',
    '255.255.255.255',
    'ff02::1',
    '::ffff:224.0.0.1',
    '0::0',
  ])('refuse %s, which no machine has', (address) => {
    const what = 'must be the address of a machine, not one for nobody or for many';
    expect(hosts({ ...controlPlane, address })).toEqual([`hosts.0.address: ${what}`]);
    expect(hosts({ ...controlPlane, internalAddress: address })).toEqual([
      `hosts.0.internalAddress: ${what}`,
    ]);
    expect(
      problems({ name: 'akash', hosts: [controlPlane], dns: { upstream: ['8.8.8.8', address] } }),
    ).toEqual([`dns.upstream.1: ${what}`]);
  });

  const controlPlanes = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `cp${index}`,
      address: `10.0.1.${index}`,
      roles: ['control-plane', 'worker'],
    }));

  it.each([1, 3, 5, 7])('take %i control planes', (count) => {
    expect(hosts(...controlPlanes(count))).toEqual([]);
  });

  it.each([2, 4])('refuse %i control planes', (count) => {
    const names = controlPlanes(count).map(({ name }) => name);
    expect(hosts(...controlPlanes(count))).toEqual([
      `hosts: must hold an odd number of control planes (1, 3, 5 …); it holds ${count}: ${names.join(', ')}`,
    ]);
  });

  it('want a control plane and a worker', () => {
    expect(hosts(worker)).toEqual(['hosts: must hold a host with the role control-plane']);
    expect(hosts({ ...controlPlane, roles: ['control-plane'] })).toEqual([
      'hosts: must hold a host with the role worker',
    ]);
  });

  it('want etcd on control planes, an odd number of them', () => {
    expect(hosts(controlPlane, { ...worker, roles: ['worker', 'etcd'] })).toEqual([
      'hosts.1.roles.1: must not be etcd, because w is no control plane; only control planes are etcd members',
    ]);
    const [first, second, third] = controlPlanes(3).map((host) => ({
      ...host,
      roles: [...host.roles, 'etcd'],
    }));
    expect(hosts(first, second, { ...third, roles: ['control-plane'] })).toEqual([
      'hosts: must hold an odd number of etcd members (1, 3, 5 …); it holds 2: cp0, cp1',
    ]);
    expect(
      hosts(first, { ...second, roles: ['control-plane'] }, { ...third, roles: ['control-plane'] }),
    ).toEqual([]);
  });

  it('tell an even number of control planes once where each is an etcd member', () => {
    const members = controlPlanes(2).map((host) => ({ ...host, roles: [...host.roles, 'etcd'] }));
    expect(hosts(...members)).toEqual([
      'hosts: must hold an odd number of control planes (1, 3, 5 …); it holds 2: cp0, cp1',
    ]);
  });

  it('do not count roles while a host is without one', () => {
    expect(hosts({ ...controlPlane, roles: [] })).toEqual(['hosts.0.roles: must hold at least 1 entry']);
  });

  it('want each role once', () => {
    expect(hosts({ ...controlPlane, roles: ['control-plane', 'worker', 'worker'] })).toEqual([
      'hosts.0.roles.2: must not repeat; worker is given already',
    ]);
  });
});

describe('rules for storage', () => {
  it.each([
    '/boot',
    '/var/lib/kubelet',
    '/var/lib/containerd/x',
    '/var',
    '/etc/x',
    '/usr',
    '/proc',
    '/home',
    '/var/lib',
    '/var/lib/etcd',
    '/var/lib/slipway/x',
    '/root',
    '/run/x',
    '/opt',
    '/srv',
    '/mnt',
  ])('refuse to mount on %s', (mountPoint) => {
    expect(withStorage({ mountPoint })[0]).toMatch(
      /^ephemeralStorage\.mountPoint: must be a folder of its own such as/,
    );
  });

  it('say of a mount point what is wrong with it', () => {
    expect(withStorage({ mountPoint: '/' })).toEqual([
      "ephemeralStorage.mountPoint: must be a folder of its own such as /data; / is the system's",
    ]);
    expect(withStorage({ mountPoint: '/data/' })).toEqual([
      'ephemeralStorage.mountPoint: must not end with /',
    ]);
  });

  it.each([
    '/',
    'data',
    '~/data',
    '/data/',
    '/data/../etc',
    '/data/./x',
    '/da ta',
    '/data;x',
    '/$(id)',
    "/d'x",
    '/d\nx',
    '/data,x',
    '/d\\040x',
  ])('refuse the mount point %j', (mountPoint) => {
    expect(withStorage({ mountPoint })[0]).toMatch(/^ephemeralStorage\.mountPoint: must /);
  });

  it.each(['/data', '/mnt/ephemeral', '/srv/akash', '/var/lib/akash', '/devices'])(
    'take %s',
    (mountPoint) => {
      expect(withStorage({ mountPoint })).toEqual([]);
    },
  );

  it.each([
    ['raid0', 1, 2],
    ['raid1', 1, 2],
    ['raid10', 2, 4],
  ])('want more disks for %s than %i', (level, count, fewest) => {
    expect(withStorage({ level, disks: { count } })).toEqual([
      `ephemeralStorage.disks.count: must be at least ${fewest} for ${level}; it is ${count}`,
    ]);
    expect(withStorage({ level, disks: { count: fewest } })).toEqual([]);
  });

  it('want each serial once, and as many as disks', () => {
    expect(withStorage({ disks: { serials: ['A', 'A'] } })).toEqual([
      'ephemeralStorage.disks.serials.1: must not repeat; A is given already',
    ]);
    expect(withStorage({ disks: { serials: ['A', 'B', 'C'] } })).toEqual([
      'ephemeralStorage.disks.count: must be 3, the number of serials; it is 2',
    ]);
    expect(withStorage({ disks: { serials: ['A', 'B'], count: 3 } })).toEqual([
      'ephemeralStorage.disks.count: must be 2, the number of serials; it is 3',
    ]);
    expect(withStorage({ disks: { serials: ['A', 'B', 'C'], count: 3 } })).toEqual([]);
  });

  it("look at a host's own setting like the cluster's, and tell a repeated serial once", () => {
    const own = { mountPoint: '/var', disks: { serials: ['A', 'A'] } };
    expect(hosts({ ...controlPlane, ephemeralStorage: own })).toEqual([
      "hosts.0.ephemeralStorage.mountPoint: must be a folder of its own such as /data; /var is the system's",
      'hosts.0.ephemeralStorage.disks.serials.1: must not repeat; A is given already',
    ]);
  });

  it("take serials in the cluster's setting where it is meant for one worker only", () => {
    const ephemeralStorage = { disks: { serials: ['A', 'B'] } };
    const withoutStorage = { ...controlPlane, ephemeralStorage: false };
    const noWorker = { ...controlPlane, roles: ['control-plane'] };
    for (const first of [withoutStorage, noWorker]) {
      expect(problems({ name: 'a', hosts: [first, worker], ephemeralStorage })).toEqual([]);
    }
  });

  it('want a disk to be in one host only', () => {
    const own = { disks: { serials: ['A', 'B'] } };
    expect(hosts({ ...controlPlane, ephemeralStorage: own }, { ...worker, ephemeralStorage: own })).toEqual([
      'hosts.1.ephemeralStorage.disks.serials.0: must be a disk of this host only; A is named for hosts.0 too',
      'hosts.1.ephemeralStorage.disks.serials.1: must be a disk of this host only; B is named for hosts.0 too',
    ]);
    expect(problems({ name: 'a', hosts: [controlPlane, worker], ephemeralStorage: own })).toEqual([
      'ephemeralStorage.disks.serials: must be given with each host instead, because they would be looked for on 2 workers',
    ]);
  });
});

describe('the network plugin', () => {
  const read = (firewall: object, variables: object) =>
    checkSpecification({ name: 'a', hosts: [controlPlane], firewall, kubespray: { variables } });
  const pluginOf = (firewall: object, variables: object) =>
    read(firewall, variables).specification?.firewall.networkPlugin;

  it('is that of the firewall’s setting or of the variable, whichever is given', () => {
    expect(pluginOf({}, {})).toBe('calico');
    expect(pluginOf({ networkPlugin: 'cilium' }, {})).toBe('cilium');
    expect(pluginOf({}, { kube_network_plugin: 'cilium' })).toBe('cilium');
    expect(pluginOf({ enabled: false }, { kube_network_plugin: 'flannel' })).toBe('flannel');
    expect(pluginOf({ networkPlugin: 'flannel' }, { kube_network_plugin: 'flannel' })).toBe('flannel');
  });

  it('is none of those that Slipway knows, where the variable names another', () => {
    expect(pluginOf({}, { kube_network_plugin: 'kube-router' })).toBe('none');
    expect(pluginOf({ networkPlugin: 'none' }, { kube_network_plugin: 'kube-router' })).toBe('none');
  });

  it('is the same when the answer is asked about again', () => {
    for (const plugin of ['cilium', 'kube-router']) {
      const { specification } = read({}, { kube_network_plugin: plugin });
      expect(checkSpecification(specification)).toEqual({ specification });
    }
  });

  it.each([
    ['calico', 'cilium', 'cilium'],
    ['cilium', 'calico', 'calico'],
    ['calico', 'weave', 'none'],
    ['none', 'calico', 'calico'],
  ])('is a problem where the firewall’s is %s and the variable’s %s', (networkPlugin, variable, should) => {
    expect(read({ networkPlugin }, { kube_network_plugin: variable }).problems?.map(formatProblem)).toEqual([
      `firewall.networkPlugin: must be ${should}, because kubespray.variables has kube_network_plugin: "${variable}"; one of the two is enough`,
    ]);
  });
});

describe('a network plugin by a template', () => {
  const read = (firewall: object) =>
    checkSpecification({
      ...{ name: 'a', hosts: [controlPlane], firewall },
      kubespray: { variables: { kube_network_plugin: '{{ plugin }}' } },
    });

  it('has to be named for the firewall, too', () => {
    expect(read({}).problems?.map(formatProblem)).toEqual([
      'kubespray.variables.kube_network_plugin: must come with firewall.networkPlugin, because a template does not tell whose packets the firewall has to let through',
    ]);
  });

  it('is the one that the firewall has', () => {
    const { specification } = read({ networkPlugin: 'cilium' });
    expect(specification?.firewall.networkPlugin).toBe('cilium');
    expect(checkSpecification(specification)).toEqual({ specification });
  });
});

describe('rules for Kubespray', () => {
  const kubespray = (setting: unknown) => problems({ name: 'a', hosts: [controlPlane], kubespray: setting });

  it.each(['v2.24.1', '2.31.0', 'v2.40.0'])('take release %s', (release) => {
    expect(kubespray({ release })).toEqual([]);
  });

  it.each(['v2.24.0', '2.9.9', 'v1.30.0'])('refuse the old release %s', (release) => {
    expect(kubespray({ release })).toEqual([
      'kubespray.release: must be between v2.24.1 and v2.31.0, or newer',
    ]);
  });

  it.each(['master', 'v2.24', 'v2.24.1; id', '--upload-pack=x', 'v02.24.1', '2.024.1', 'v2.24.01'])(
    'refuse %j as a release',
    (release) => {
      expect(kubespray({ release })).toEqual(['kubespray.release: must be a release such as v2.24.1']);
    },
  );

  it('take a zero by itself for a part of a release', () => {
    expect(kubespray({ release: 'v2.27.0' })).toEqual([]);
  });

  it.each(['release-2.27', 'master', '2.27.0', 'v2.99.0'])('want the release of what ref %s is', (ref) => {
    expect(kubespray({ ref })).toEqual([
      'kubespray.ref: must come with kubespray.release, by whose rules and Python it is run; only the tag of a known release is enough by itself',
    ]);
    expect(kubespray({ ref, release: 'v2.27.1' })).toEqual([]);
  });

  it('take the tag of a known release as ref, unless another release is named', () => {
    expect(kubespray({ ref: 'v2.27.0' })).toEqual([]);
    expect(kubespray({ ref: 'v2.27.0', release: '2.27.0' })).toEqual([]);
    expect(kubespray({ ref: 'v2.27.0', release: 'v2.31.0' })).toEqual([
      'kubespray.ref: must not be the tag of another release than kubespray.release, which is v2.31.0',
    ]);
  });

  it.each(['--upload-pack=id', 'ext::sh -c id', 'ext::/bin/id', "https://x/'y", 'https://x/$(id)'])(
    'refuse the repository %j',
    (repository) => {
      expect(kubespray({ repository })).toEqual([
        'kubespray.repository: must be a URL or path that git can clone',
      ]);
    },
  );

  it('keep secrets out of Temporal', () => {
    for (const user of ['me:hunter2@', 'hunter2@']) {
      expect(kubespray({ repository: `https://${user}git.example.org/kubespray.git` })[0]).toMatch(
        /^kubespray\.repository: must not hold a password/,
      );
    }
    expect(kubespray({ repository: 'ssh://git@git.example.org/kubespray.git' })).toEqual([]);
    const variables = {
      metallb_password: 'hunter2',
      registry_token: "{{ lookup('file', '/root/token') }}",
      kube_token_auth: true,
    };
    const found = kubespray({ variables });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^kubespray\.variables\.metallb_password: must not be a secret in the open/);
    expect(found[0]).not.toContain('hunter2');
  });

  const pem = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk=\n-----END OPENSSH PRIVATE KEY-----\n';

  it.each([
    [{ ansible_ssh_pass: 'hunter2' }, 'ansible_ssh_pass', 'be a secret'],
    [{ ansible_sudo_pass: 'hunter2' }, 'ansible_sudo_pass', 'be a secret'],
    [{ docker_registry_pass: 'hunter2' }, 'docker_registry_pass', 'be a secret'],
    [{ kube_vip_bgp_peerpass: 'hunter2' }, 'kube_vip_bgp_peerpass', 'be a secret'],
    [{ aws_secret_access_key: 'hunter2' }, 'aws_secret_access_key', 'be a secret'],
    [{ apikey: 'hunter2' }, 'apikey', 'be a secret'],
    [{ external_oracle_auth_passphrase: 'hunter2' }, 'external_oracle_auth_passphrase', 'be a secret'],
    [{ azure_aad_client_secret: 'hunter2' }, 'azure_aad_client_secret', 'be a secret'],
    [{ kubeadm_certificate_key: 'hunter2' }, 'kubeadm_certificate_key', 'be a secret'],
    [
      { containerd_registry_auth: [{ registry: '10.0.0.9', username: 'me', password: 'hunter2' }] },
      'containerd_registry_auth.0.password',
      'be a secret',
    ],
    [
      { metallb_config: { peers: { a: { apiKey: 'hunter2' } } } },
      'metallb_config.peers.a.apiKey',
      'be a secret',
    ],
    [
      { some_arguments: { 'oidc-client-secret': 'hunter2' } },
      'some_arguments.oidc-client-secret',
      'be a secret',
    ],
    [
      { http_proxy: 'http://user:hunter2@proxy.example.org:3128' },
      'http_proxy',
      'hold a URL with a password',
    ],
    [{ http_proxy: 'http://user:hunter2@{{ proxy_host }}' }, 'http_proxy', 'hold a URL with a password'],
    [
      { docker_options: '--mirror=https://user:hunter2@m.example.org' },
      'docker_options',
      'hold a URL with a password',
    ],
    [{ mirrors: ['https://user:hunter2@m.example.org'] }, 'mirrors.0', 'hold a URL with a password'],
    [{ external_oracle_auth_key: pem }, 'external_oracle_auth_key', 'hold a private key'],
  ])('refuse the secret in %j', (variables, path, what) => {
    const found = kubespray({ variables });
    expect(found).toEqual([
      `kubespray.variables.${path}: must not ${what} in the open; keep it in a file on the control host and write "{{ lookup('file', '/path') }}"`,
    ]);
  });

  // What Kubespray's own sample, defaults and documents hold, but for what is a secret there too.
  it.each([
    {
      token_secret_name: 'hcloud',
      registry_tls_secret: 'registry-tls',
      kube_token_dir: '/etc/kubernetes/tokens',
    },
    { oci_cloud_controller_pull_secret: 'mirror', rbd_provisioner_secret_name: 'ceph-secret-admin' },
    {
      dashboard_token_ttl: '900',
      dashboard_tls_key_file: 'dashboard.key',
      credentials_dir: '/root/credentials',
    },
    { kube_token_auth: false, kube_webhook_authorization: 'false', kubeadm_refresh_token: true },
    { kube_encryption_algorithm: 'secretbox', kube_encrypt_secret_data: true, weave_password: null },
    { kube_encrypt_token: "{{ lookup('password', credentials_dir + '/kube_encrypt_token.creds') }}" },
    { hcloud_api_token: '', crio_registry_auth: [], kube_apiserver_client_key: '/etc/kubernetes/ssl/ca.key' },
    {
      kube_webhook_token_auth_url: 'https://auth.example.org:8443/a@b',
      kube_webhook_token_auth_ca_data: 'LS0t',
    },
    {
      docker_debian_repo_repokey: '9DC858229FC7DD38854AE2D88D81803C0EBFCD88',
      etcd_key: '/calico-secrets/key.pem',
    },
    { external_openstack_auth_url: 'https://ops.example.org:5000', gs_access_key_id: 'AK1' },
    { http_proxy: "http://user:{{ lookup('file', '/root/proxy') }}@proxy.example.org:3128" },
    {
      https_proxy: 'http://user:{{proxy_password}}@proxy.example.org:3128',
      ftp_proxy: 'http://me@proxy.example.org',
    },
    { kube_oidc_ca_cert: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' },
    { no_pass: { secretName: 'a', tokenTtl: '1h', imagePullSecrets: [{ name: 'a' }] } },
  ])('find no secret in %j', (variables) => {
    expect(kubespray({ variables })).toEqual([]);
  });

  // Each was seen with ansible-core 2.15 and 2.18: of a host's own it loses unsaid, of the older names it wins for every host.
  it.each([
    ['ip', '{{ ansible_eno2.ipv4.address }}', 'hosts.*.internalAddress'],
    ['access_ip', '10.0.0.9', 'hosts.*.internalAddress'],
    ['ansible_host', '10.0.0.9', 'hosts.*.address'],
    ['ansible_ssh_host', '10.0.0.9', 'hosts.*.address'],
    ['ansible_port', 2222, 'hosts.*.port'],
    ['ansible_ssh_port', 2222, 'hosts.*.port'],
    ['ansible_user', 'admin', 'ssh.user or hosts.*.user'],
    ['ansible_ssh_user', 'admin', 'ssh.user or hosts.*.user'],
    ['ansible_private_key_file', '/keys/a', 'ssh.privateKey'],
    ['ansible_ssh_private_key_file', '/keys/a', 'ssh.privateKey'],
  ])('refuse the variable %s, which Slipway writes for each host', (name, value, field) => {
    expect(kubespray({ variables: { [name]: value } })).toEqual([
      `kubespray.variables.${name}: must not be set for all hosts at once, because Slipway tells Ansible how each is reached; use ${field}`,
    ]);
  });

  it('refuse arguments of ssh in the place of those that pin host keys, and take others beside them', () => {
    const variables = { ansible_ssh_args: '-o ControlMaster=auto', ansible_ssh_common_args: '-J jump' };
    expect(kubespray({ variables })).toEqual([
      'kubespray.variables.ansible_ssh_args: must not take the place of the arguments by which host keys are pinned; use ansible_ssh_common_args, which come after them',
    ]);
  });

  it('know every variable that the inventory has', () => {
    const specification = aSpecification({
      ssh: { user: 'admin' },
      hosts: documentHosts.map((host) => ({ ...host, port: 2222, user: 'ops', internalAddress: '10.1.0.1' })),
    });
    const { all } = parse(inventoryYaml({ specification, release: 'v2.31.0', privateKey: '/k' })) as {
      all: { vars: object; hosts: Record<string, object> };
    };
    const written = [all.vars, ...Object.values(all.hosts)].flatMap((variables) => Object.keys(variables));
    expect(written).not.toEqual([]);
    for (const name of written) expect(kubespray({ variables: { [name]: 'x' } })).toHaveLength(1);
  });

  it('want names of variables that Ansible takes', () => {
    expect(kubespray({ variables: { a: [{ b: 'x\ud800' }], c: '\u{1f6a2}' } })).toEqual([
      'kubespray.variables.a: must not hold half of a surrogate pair, which no file can hold',
    ]);
    expect(kubespray({ variables: { 'a-b': 1 } })).toEqual([
      'kubespray.variables.a-b: must be the name of a variable: letters, digits and _',
    ]);
  });
});

describe('other fields', () => {
  it.each([
    [{ dns: { upstream: ['8.8.8'] } }, 'dns.upstream.0: must be an IP address'],
    [{ dns: { upstream: [] } }, 'dns.upstream: must hold at least 1 entry'],
    [{ ssh: { user: 'root; id' } }, 'ssh.user: must be a Linux user name'],
    [{ ssh: { privateKey: { file: 'id_rsa' } } }, 'ssh.privateKey.file: must begin with / or ~/'],
    [
      { ssh: { privateKey: { file: '/keys/a ;b' } } },
      'ssh.privateKey.file: must hold only letters, digits and @ ~ / . _ + = , -, because Ansible reads it',
    ],
    [
      { ssh: { privateKey: { file: '/keys/{{ lookup("pipe", "id") }}' } } },
      'ssh.privateKey.file: must hold only letters, digits and @ ~ / . _ + = , -, because Ansible reads it',
    ],
    [
      { ssh: { privateKey: { file: '/keys/$HOME' } } },
      'ssh.privateKey.file: must hold only letters, digits and @ ~ / . _ + = , -, because Ansible reads it',
    ],
    [{ approval: { hours: 0 } }, 'approval.hours: must be more than 0'],
    [{ approval: { hours: 9000 } }, 'approval.hours: must be at most 8760'],
    [{ firewall: { openPorts: [{ port: 70000 }] } }, 'firewall.openPorts.0.port: must be at most 65535'],
    [{ firewall: { openPorts: [{ port: 80.5 }] } }, 'firewall.openPorts.0.port: must be a whole number'],
    [{ firewall: { enabled: 'yes' } }, 'firewall.enabled: must be true or false'],
    [
      { overrides: [{ check: 'worker-cpu', reason: 'lab' }] },
      'overrides.0.check: must be the name of a check, as the plan and the report show it; did you mean worker-cpus?',
    ],
    [
      { overrides: [{ check: 'swap', reason: ' ' }] },
      'overrides.0.reason: must be at least 3 characters long',
    ],
    [{ name: 12 }, 'name: must be text; put quotes around 12'],
    [{ name: true }, 'name: must be text; put quotes around true'],
  ])('%j is refused: %s', (setting, expected) => {
    expect(problems({ name: 'a', hosts: [controlPlane], ...setting })).toEqual([expected]);
  });
});

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
