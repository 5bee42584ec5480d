import type { Draft, DraftHost } from '../draft.js';
import { machineAddress } from '../../values/ip-address.js';
import type { Problem } from '../problems.js';
import type { Role } from '../specification.js';
import { repeats, wrong } from './repeats.js';

/**
 * Names that Ansible or Kubespray's playbooks read as a group or as the control host itself, so that a play for them
 * would also run on a host called so.
 */
const namesOfGroups = new Set(['all', 'ungrouped', 'localhost', 'etcd', 'bastion']);

/** Names, addresses and roles of the hosts. */
export function hostProblems({ hosts }: Draft): Problem[] {
  return [
    ...uniqueNames(hosts),
    ...uniqueAddresses(hosts),
    ...hosts.flatMap((host, index) => repeatedRoles(host, index)),
    ...roleCounts(hosts),
  ];
}

/** The one valid name that every JavaScript object has already: what is kept by host would seem to be there. */
const nameOfObjects = 'constructor';

function uniqueNames(hosts: readonly DraftHost[]): Problem[] {
  const reserved = hosts.flatMap(({ name }, index) => {
    const reader = name === nameOfObjects ? 'Slipway itself' : 'Ansible';
    return name === nameOfObjects || (name !== undefined && namesOfGroups.has(name))
      ? [wrong(['hosts', index, 'name'], `must not be "${name}", which means something else to ${reader}`)]
      : [];
  });
  const repeated = repeats(hosts.map(({ name }) => name)).map(({ index, first, value }) =>
    wrong(['hosts', index, 'name'], `must be unique; "${value}" is the name of hosts.${first} too`),
  );
  return [...reserved, ...repeated];
}

function uniqueAddresses(hosts: readonly DraftHost[]): Problem[] {
  const reached = hosts.map(({ address, port }) => {
    const plain = plainOf(address);
    return plain === undefined ? undefined : `${plain} port ${port}`;
  });
  const inner = hosts.map(({ internalAddress }) => plainOf(internalAddress));
  const written = (index: number, field: 'address' | 'internalAddress') =>
    hosts[index]?.[field]?.toLowerCase() ?? '';
  return [
    ...repeats(reached).map(({ index, first }) =>
      wrong(
        ['hosts', index, 'address'],
        `must be unique; ${written(index, 'address')} port ${hosts[index]?.port ?? ''} is hosts.${first} too`,
      ),
    ),
    ...repeats(inner).map(({ index, first }) =>
      wrong(
        ['hosts', index, 'internalAddress'],
        `must be unique; ${written(index, 'internalAddress')} is that of hosts.${first} too`,
      ),
    ),
    ...innerOfOthers(hosts),
  ];
}

/** Nodes reach a host without an inner address by its address, which no other may have as its inner one. */
function innerOfOthers(hosts: readonly DraftHost[]): Problem[] {
  const reached = hosts.map(({ address, internalAddress }) =>
    internalAddress === undefined ? plainOf(address) : undefined,
  );
  return hosts.flatMap(({ internalAddress }, index) => {
    const other = internalAddress === undefined ? -1 : reached.indexOf(plainOf(internalAddress));
    if (other < 0) return [];
    const message = `must be unique; ${internalAddress ?? ''} is the address of hosts.${other}`;
    return [wrong(['hosts', index, 'internalAddress'], message)];
  });
}

/** Equal texts for equal addresses. */
function plainOf(address: string | undefined): string | undefined {
  return address === undefined ? undefined : machineAddress(address.toLowerCase());
}

function repeatedRoles({ roles = [] }: DraftHost, host: number): Problem[] {
  return repeats(roles).map(({ index, value }) =>
    wrong(['hosts', host, 'roles', index], `must not repeat; ${value} is given already`),
  );
}

/** Counting makes sense only when every host's roles are known. */
function roleCounts(hosts: readonly DraftHost[]): Problem[] {
  if (hosts.length === 0 || hosts.some(({ roles }) => roles === undefined || roles.length === 0)) return [];
  const having = (role: Role) => hosts.filter(({ roles }) => roles?.includes(role));
  const controlPlanes = having('control-plane');
  const etcd = having('etcd');
  const problems: Problem[] = [];
  if (controlPlanes.length === 0)
    problems.push(wrong(['hosts'], 'must hold a host with the role control-plane'));
  if (having('worker').length === 0) problems.push(wrong(['hosts'], 'must hold a host with the role worker'));
  problems.push(...oddNumber('control planes', controlPlanes), ...etcdOnControlPlanes(hosts));
  if (etcd.length !== controlPlanes.length) problems.push(...oddNumber('etcd members', etcd));
  return problems;
}

/** Half of an even number is no majority: one member more than an odd number only adds one more that can fail. */
function oddNumber(what: string, hosts: readonly DraftHost[]): Problem[] {
  if (hosts.length === 0 || hosts.length % 2 === 1) return [];
  const names = hosts.map(({ name }) => name ?? '?').join(', ');
  return [
    wrong(['hosts'], `must hold an odd number of ${what} (1, 3, 5 …); it holds ${hosts.length}: ${names}`),
  ];
}

/** The document's step 4: only control plane nodes are listed under etcd. */
function etcdOnControlPlanes(hosts: readonly DraftHost[]): Problem[] {
  return hosts.flatMap(({ name, roles = [] }, index) =>
    roles.includes('etcd') && !roles.includes('control-plane')
      ? [
          wrong(
            ['hosts', index, 'roles', roles.indexOf('etcd')],
            `must not be etcd, because ${name ?? 'the host'} is no control plane; only control planes are etcd members`,
          ),
        ]
      : [],
  );
}
