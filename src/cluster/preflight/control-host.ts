import type { ControlHostFacts } from '../facts/system-facts.js';
import { showBytes } from '../text/quantities.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';

/** Bytes that the checkout, the virtual environment with Ansible, and the logs of playbooks take. */
const needed = 2_000_000_000;

/** What steps 1 and 2 need of the machine on which Kubespray runs; Python is judged with the release. */
export function controlHostFindings(facts: ControlHostFacts): FindingBeforeOverrides[] {
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
