import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { labSpecification } from '../../../src/cli/commands/lab-cluster.js';
import { checkSpecification } from '../../../src/cluster/specification/check.js';

const node = (number: number) => ({
  name: `n${number}`,
  address: `10.201.0.${number + 9}`,
  hostKey: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHR0cHM6Ly9leGFtcGxlLm9yZy9ub2RlMSEh',
  privateKey: '/cache/id_ed25519',
});

const lab = {
  name: 'lab-default',
  nodes: [node(1), node(2)],
  release: 'v2.29.1',
  repository: undefined,
  mirrorUrl: 'http://10.201.0.1:8880',
  variables: { github_url: 'http://10.201.0.1:8880/github', kube_version: '1.33.13' },
  controlPlanes: 1,
};

it('writes a specification without a problem', () => {
  expect(checkSpecification(parse(labSpecification(lab))).problems ?? []).toEqual([]);
});

it('names the mirror, what machines of one kernel need, and Kubespray where it is told', () => {
  const { kubespray, dns } = parse(labSpecification({ ...lab, repository: '/srv/kubespray' })) as {
    kubespray: { repository: string; variables: Record<string, unknown> };
    dns: unknown;
  };
  expect(kubespray.repository).toBe('/srv/kubespray');
  expect(kubespray.variables).toMatchObject({
    ...lab.variables,
    kube_proxy_mode: 'iptables',
    containerd_extra_runtime_args: { restrict_oom_score_adj: true },
  });
  expect(dns).toEqual({ upstream: ['10.201.0.1'] });
});

it('gives step 7 the disks of the nodes that have any, and of no other', () => {
  const disks = [1, 2].map((number) => ({ serial: `W1-${number}`, gib: 4 }));
  const text = labSpecification({ ...lab, nodes: [node(1), { ...node(2), disks }] });
  expect(checkSpecification(parse(text)).problems ?? []).toEqual([]);
  const { hosts } = parse(text) as { hosts: { ephemeralStorage?: unknown }[] };
  expect(hosts.map(({ ephemeralStorage }) => ephemeralStorage)).toEqual([
    undefined,
    { disks: { count: 2, kind: 'nvme' } },
  ]);
});

it('leaves the first node its roles when another one comes', () => {
  const hostsOf = (nodes: ReturnType<typeof node>[]) =>
    (parse(labSpecification({ ...lab, nodes })) as { hosts: { roles: string[] }[] }).hosts;
  const [alone] = hostsOf([node(1)]);
  const [first, second] = hostsOf([node(1), node(2)]);
  expect(alone?.roles).toEqual(['control-plane', 'etcd', 'worker']);
  expect(first).toEqual(alone);
  expect(second?.roles).toEqual(['worker']);
});

it('makes control planes and members of etcd of as many as it is told, which are workers too', () => {
  const nodes = [node(1), node(2), node(3), node(4)];
  const { hosts } = parse(labSpecification({ ...lab, nodes, controlPlanes: 3 })) as {
    hosts: { roles: string[] }[];
  };
  const all = ['control-plane', 'etcd', 'worker'];
  expect(hosts.map(({ roles }) => roles)).toEqual([all, all, all, ['worker']]);
});
