import type { Release } from '../releases/releases.js';
import type { HostCheck } from '../checks/host-check.js';

/** The versions of Python 3 on hosts that ansible-core's modules run on, by its own support matrix: from, to. */
const hostPython: Readonly<Record<string, readonly [number, number]>> = {
  '2.15': [5, 11],
  '2.16': [6, 12],
  '2.17': [7, 12],
  '2.18': [8, 13],
  '2.19': [8, 13],
};

/** Ansible works on a host by Python there, and each release of Kubespray pins an Ansible. */
export const python: HostCheck = ({ facts, release }) => {
  const advice = 'Install it: apt-get install python3.';
  if (facts.python === null) {
    return {
      check: 'python',
      severity: 'error',
      is: 'no python3',
      shouldBe: 'python3, by which Ansible works on the host',
      advice,
    };
  }
  const supported = release && hostPython[coreOf(release)];
  const minor = Number(/^3\.([0-9]+)/.exec(facts.python)?.[1]);
  if (!supported || (minor >= supported[0] && minor <= supported[1])) return undefined;
  return {
    check: 'python',
    // Newer ones often work; older ones lack what Ansible's modules are written in.
    severity: minor > supported[1] ? 'warning' : 'error',
    is: `Python ${facts.python}`,
    shouldBe: `Python 3.${supported[0]} to 3.${supported[1]} for ansible-core ${coreOf(release)} of Kubespray ${release.name}`,
    advice: 'Install a release of the system that has one, or name another release of Kubespray.',
  };
};

/** ">=2.16.4 <2.17" begins with 2.16. */
function coreOf({ ansible }: Release): string {
  return /([0-9]+\.[0-9]+)/.exec(ansible.core)?.[1] ?? '';
}
