import type { FindingBeforeOverrides } from '../checks/findings.js';
import type { ControlHostFacts } from '../facts/system-facts.js';
import type { HostSpecification, Specification } from '../specification/specification.js';
import { showBytes } from '../text/quantities.js';
import type { MachineIdentity, PreflightSituation } from './situation.js';

/**
 * The document's step 1: "Kubespray should not be installed on the Kubernetes hosts themselves". It works all the same,
 * but for step 7 on the machine on which Slipway runs: its restart ends Slipway, and nothing starts it again.
 */
export function controlHostAsNode(situation: PreflightSituation): FindingBeforeOverrides[] {
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

/** Bytes that the checkout, the virtual environment with Ansible, and the logs of playbooks take. */
const needed = 2_000_000_000;

/** What steps 1 and 2 need of the machine on which Kubespray runs; Python is judged with the release. */
export function controlHostNeeds(facts: ControlHostFacts): FindingBeforeOverrides[] {
  return [...git(facts), ...space(facts)];
}

function git({ hasGit }: ControlHostFacts): FindingBeforeOverrides[] {
  if (hasGit) return [];
  return [
    {
      check: 'control-host-git',
      host: null,
      severity: 'error',
      is: 'no git on the control host',
      shouldBe: 'git, by which Kubespray is cloned',
      advice: 'Install it there: apt-get install git.',
    },
  ];
}

/** What is installed already needs no room any more. */
function space({ isInstalled, freeBytes, mountedAt }: ControlHostFacts): FindingBeforeOverrides[] {
  if (isInstalled || freeBytes >= needed) return [];
  return [
    {
      check: 'control-host-space',
      host: null,
      severity: freeBytes < needed / 2 ? 'error' : 'warning',
      is: `${showBytes(freeBytes)} free in ${mountedAt} of the control host`,
      shouldBe: `at least ${showBytes(needed)} for Kubespray’s checkout and a virtual environment with Ansible`,
      advice: `Make room in ${mountedAt} there: apt-get clean, journalctl --vacuum-size=100M.`,
    },
  ];
}
