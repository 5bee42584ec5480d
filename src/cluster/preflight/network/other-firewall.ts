import type { HostCheck } from '../../checks/host-check.js';

/** Slipway changes no firewall that somebody else has set up, so step 10 would refuse the host, after all the others. */
export const otherFirewall: HostCheck = ({ facts: { system }, specification: { firewall } }) => {
  const found = system?.firewalls ?? [];
  if (!firewall.enabled || found.length === 0) return undefined;
  return {
    check: 'other-firewall',
    severity: 'warning',
    is: `${found.join(' and ')} is on`,
    shouldBe: 'no other firewall beside the one of step 10, which refuses this host',
    advice: `Turn ${found.join(' and ')} off, or set firewall.enabled to false and open the ports of the roles there.`,
  };
};
