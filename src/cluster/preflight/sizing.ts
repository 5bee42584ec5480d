import type { HostLook } from '../checks/host-check.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { showBytes } from '../text/quantities.js';
import { diskOf, hasOwnArray } from './disk-size.js';

/**
 * The document's "Kubernetes Control Plane Node Requirements" and "Kubernetes Worker Node Requirements": minimum and
 * recommended. Sizes in GB (10⁹ bytes). For workers the document recommends no numbers, only "the more the better".
 */
const requirements = {
  'control-plane': {
    minimum: { cpus: 2, memory: 4, disk: 30 },
    recommended: { cpus: 4, memory: 8, disk: 40 },
  },
  worker: { minimum: { cpus: 4, memory: 8, disk: 100 }, recommended: undefined },
} as const;

/**
 * Part of a size that may be missing: firmware and kernel keep some memory for themselves (a machine of 8 GB has about
 * 7.5 GiB to show), and a file system some of its disk.
 */
const tolerance = 0.05;
const gigabyte = 1_000_000_000;

type Resource = 'cpus' | 'memory' | 'disk';
type Role = keyof typeof requirements;

/** CPUs, memory and disk by the host's roles: too little is an error, less than recommended a warning. */
export function sizingFindings(look: HostLook): FindingBeforeOverrides[] {
  const roles = (['control-plane', 'worker'] as const).filter((role) => look.host.roles.includes(role));
  return [
    ...roles.flatMap((role) =>
      (['cpus', 'memory', 'disk'] as const).flatMap((resource) => judge(look, role, resource)),
    ),
    ...kubesprayMemory(look, roles),
  ];
}

/** Kubespray's own limits by role, in MB of 2²⁰ bytes, with the variables that change them. */
const kubesprayLimits = {
  'control-plane': { variable: 'minimal_master_memory_mb', standard: 1500 },
  worker: { variable: 'minimal_node_memory_mb', standard: 1024 },
} as const;

/** Its assertions "Stop if memory is too small": an override of the document's sizes does not lift them. */
function kubesprayMemory(
  { host, facts, specification }: HostLook,
  roles: readonly (keyof typeof kubesprayLimits)[],
): FindingBeforeOverrides[] {
  const { variables } = specification.kubespray;
  if (variables['ignore_assert_errors'] === true) return [];
  const has = Math.floor(facts.memoryBytes / 1024 ** 2);
  return roles.flatMap((role): FindingBeforeOverrides[] => {
    const { variable, standard } = kubesprayLimits[role];
    const limit = Number(variables[variable] ?? standard);
    if (!(has < limit)) return [];
    return [
      {
        check: 'kubespray-memory',
        host: host.name,
        severity: 'error',
        is: `${has} MB of memory`,
        shouldBe: `at least ${limit} MB for a ${role} node, or Kubespray stops`,
        advice: `Give ${host.name} more, or set ${variable} in kubespray.variables.`,
      },
    ];
  });
}

function judge(look: HostLook, role: Role, resource: Resource): FindingBeforeOverrides[] {
  const { minimum, recommended } = requirements[role];
  const { has, is } = resourceOf(look, role, resource);
  const isEnough = (wanted: number) =>
    has >= (resource === 'cpus' ? wanted : wanted * gigabyte * (1 - tolerance));
  const found = (
    severity: FindingBeforeOverrides['severity'],
    shouldBe: string,
  ): FindingBeforeOverrides[] => [
    {
      check: `${role}-${resource}`,
      host: look.host.name,
      severity,
      is,
      shouldBe,
      advice: `Give ${look.host.name} more, or accept it by an override of ${role}-${resource} with a reason.`,
    },
  ];
  if (!isEnough(minimum[resource])) {
    const shouldBe = `at least ${show(resource, minimum[resource])} for a ${role} node`;
    return found(hasOtherDisk(look, role, resource) ? 'warning' : 'error', shouldBe);
  }
  if (recommended !== undefined && !isEnough(recommended[resource])) {
    return found('warning', `better ${show(resource, recommended[resource])} for a ${role} node`);
  }
  return [];
}

/** A worker's 100 GB are for images and pods. */
function hasOtherDisk(look: HostLook, role: Role, resource: Resource): boolean {
  return role === 'worker' && resource === 'disk' && hasOwnArray(look);
}

function resourceOf(look: HostLook, role: Role, resource: Resource): { has: number; is: string } {
  const { cpus, memoryBytes } = look.facts;
  if (resource === 'cpus') return { has: cpus, is: `${cpus} CPUs` };
  if (resource === 'memory') return { has: memoryBytes, is: `${showBytes(memoryBytes)} of memory` };
  const { bytes, mountedAt } = diskOf(look, role);
  const where = mountedAt.some((one) => one !== '/') ? ` in ${mountedAt.join(' and ')}` : '';
  return { has: bytes, is: `${showBytes(bytes)} of disk${where}` };
}

function show(resource: Resource, size: number): string {
  return resource === 'cpus' ? `${size} CPUs` : `${size} GB of ${resource}`;
}
