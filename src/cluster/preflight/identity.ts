import type { HostLook } from '../checks/host-check.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';

/** What must differ between hosts. */
export function identityFindings(looks: readonly HostLook[]): FindingBeforeOverrides[] {
  return [...noMachineId(looks), ...machineIds(looks), ...hostNames(looks)];
}

const ownMachineId =
  'Make a new one: rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup; then restart the host. A DHCP server that knows hosts by it may give another address then.';

/** An image that is to make its ID at its first boot, and cannot write it down. */
function noMachineId(looks: readonly HostLook[]): FindingBeforeOverrides[] {
  return looks
    .filter(({ facts }) => !isMachineId(facts.machineId))
    .map(({ host, facts }) => ({
      check: 'machine-id',
      host: host.name,
      severity: 'error',
      is: facts.machineId || 'none',
      shouldBe: 'a machine ID of its own',
      advice: ownMachineId,
    }));
}

const isMachineId = (id: string) => id !== '' && id !== 'uninitialized';

/**
 * The plan of the disks is bound to a machine by its ID, so two hosts with one ID cannot be told apart: they are either
 * copies of one image, or the same machine by two addresses.
 */
function machineIds(looks: readonly HostLook[]): FindingBeforeOverrides[] {
  const known = looks.filter(({ facts }) => isMachineId(facts.machineId));
  return shared(known, ({ facts }) => facts.machineId).map(({ look, others }) => {
    const same = others.filter(({ facts }) => facts.bootId === look.facts.bootId);
    return {
      check: 'machine-id',
      host: look.host.name,
      severity: 'error',
      is: `the same as that of ${namesOf(others)}`,
      shouldBe: 'a machine ID of its own',
      advice:
        same.length > 0
          ? `${namesOf(same)} and ${look.host.name} have the same boot ID too: they are one machine. Name it once.`
          : ownMachineId,
    };
  });
}

/** Kubespray sets the host name to the inventory name, so this tells of cloned hosts, but breaks nothing. */
function hostNames(looks: readonly HostLook[]): FindingBeforeOverrides[] {
  return shared(looks, ({ facts }) => facts.hostname).map(({ look, others }) => ({
    check: 'host-name',
    host: look.host.name,
    severity: 'warning',
    is: `${look.facts.hostname}, the same as that of ${namesOf(others)}`,
    shouldBe: 'a host name of its own',
    advice: `Kubespray will name the host ${look.host.name}; see that its addresses are those of the host you mean.`,
  }));
}

interface Shared {
  readonly look: HostLook;
  readonly others: readonly HostLook[];
}

/** Every host whose value another host has too. */
function shared(looks: readonly HostLook[], valueOf: (look: HostLook) => string): Shared[] {
  const groups = new Map<string, HostLook[]>();
  for (const look of looks) groups.set(valueOf(look), [...(groups.get(valueOf(look)) ?? []), look]);
  return looks.flatMap((look) => {
    const others = (groups.get(valueOf(look)) ?? []).filter((other) => other !== look);
    return others.length > 0 ? [{ look, others }] : [];
  });
}

/** At most three names, then how many more. */
function namesOf(looks: readonly HostLook[]): string {
  const names = looks.slice(0, 3).map(({ host }) => host.name);
  const more = looks.length - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
