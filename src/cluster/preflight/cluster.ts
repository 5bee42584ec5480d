import { membersOf } from '../specification/members.js';
import type { HostSpecification, Specification } from '../specification/specification.js';
import { counted } from '../text/quantities.js';
import type { FoundBefore } from '../checks/host-check.js';
import type { MachineIdentity, PreflightSituation } from './situation.js';

/** What concerns the cluster as a whole. Hosts may have dropped out, so even what the specification's rules refuse is looked at. */
export function clusterFindings(situation: PreflightSituation): FoundBefore[] {
  const { specification } = situation;
  return [...controlPlanes(specification), ...controlHost(situation), ...upstreamDns(specification)];
}

/** The document's "Additional Cluster Sizing Considerations". */
function controlPlanes(specification: Specification): FoundBefore[] {
  const { length: count } = membersOf(specification).controlPlanes;
  const found = (finding: Pick<FoundBefore, 'severity' | 'shouldBe' | 'advice'>): FoundBefore[] => [
    {
      check: 'control-plane-count',
      host: null,
      is: counted(count, 'control plane'),
      ...finding,
    },
  ];
  if (count % 2 === 0) {
    return found({
      severity: 'error',
      shouldBe: 'an odd number, so that a majority is left when one fails',
      advice: 'Name 1, 3 or 5 control planes.',
    });
  }
  if (count > 1) return [];
  return found({
    severity: 'warning',
    shouldBe: 'better 3 for production; 1 will do where it is easily recovered',
    advice: 'Name three control planes, or accept it by an override of control-plane-count with a reason.',
  });
}

/**
 * The document's step 1: "Kubespray should not be installed on the Kubernetes hosts themselves". It works all the same,
 * but for step 7 on the machine on which Slipway runs: its restart ends Slipway, and nothing starts it again.
 */
function controlHost(situation: PreflightSituation): FoundBefore[] {
  const { specification, storage } = situation;
  const isLocal = specification.controlHost === 'local';
  const node = specification.hosts.find(
    (host) => isNamed(specification, host) || isMachineOf(host, situation),
  );
  if (node === undefined) return [];
  const { name } = node;
  const isRestarted = isLocal && storage?.[name]?.kind === 'apply';
  const found = { check: 'control-host', host: null } as const;
  const is = isLocal ? `Slipway runs on ${name}` : `the control host is ${name}`;
  if (!isRestarted) {
    return [
      {
        ...found,
        severity: 'warning',
        is,
        shouldBe: 'a machine that is not part of the cluster, and stays when this one fails',
        advice: isLocal ? 'Run Slipway on another machine.' : 'Name another control host.',
      },
    ];
  }
  return [
    {
      ...found,
      severity: 'error',
      is: `${is}, which step 7 restarts`,
      shouldBe: 'a machine that step 7 does not restart, or Slipway ends with it half-way',
      advice:
        `Run Slipway on another machine, or say ephemeralStorage: false for ${name}. With an override of control-host, ` +
        'start it again after each restart: it goes on from there.',
    },
  ];
}

function isNamed({ controlHost: named }: Specification, { address, port }: HostSpecification): boolean {
  return named !== 'local' && named.address === address && named.port === port;
}

/** By another name or address, and by none, it is still the same machine. */
function isMachineOf(
  { name }: HostSpecification,
  { facts, controlHost: machine }: PreflightSituation,
): boolean {
  const node = facts[name];
  if (node === undefined || machine?.bootId === undefined) return false;
  if (node.bootId === '' || node.bootId !== machine.bootId) return false;
  const isSame = node.machineId !== '' && node.machineId === machine.machineId;
  return isSame || (isContainer(machine) && !isContainer(node));
}

/** It has the boot ID of the machine it is on, and another machine ID. */
function isContainer({ system }: Partial<MachineIdentity>): boolean {
  return system !== undefined && (system.missingModules === null || system.init !== 'systemd');
}

/** CoreDNS runs in a pod, where a loopback address is the pod itself: it would ask itself for ever. */
function upstreamDns({ dns }: Specification): FoundBefore[] {
  const loopback = dns.upstream.filter((address) => address.startsWith('127.') || address === '::1');
  if (loopback.length === 0) return [];
  return [
    {
      check: 'upstream-dns',
      host: null,
      severity: 'error',
      is: loopback.join(', '),
      shouldBe: 'DNS servers that pods can reach, such as 8.8.8.8 and 1.1.1.1',
      advice: 'Change dns.upstream.',
    },
  ];
}
