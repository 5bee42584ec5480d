import type { ClockOffset } from '../facts/system-facts.js';
import type { HostCheck, HostLook } from '../checks/host-check.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';

/** Milliseconds by which clocks may differ: etcd complains of more than a second. */
const tolerated = 1_000;
/** Milliseconds: kubeadm dates certificates back by five minutes, so a clock that is later by more believes none. */
const tolerable = 300_000;

/**
 * Certificates are valid from the moment of their making on, and etcd's leases end by the clock. Each host was compared
 * with the machine that looked at it, so hosts are compared with each other only where the same machine has looked. What
 * may come from the time that the looking took is not told.
 */
export function clockFindings(looks: readonly HostLook[]): FindingBeforeOverrides[] {
  const compared = looks.flatMap(({ host, facts: { clock } }) =>
    clock === undefined ? [] : [{ host: host.name, clock }],
  );
  const askers = new Set(compared.map(({ clock }) => clock.by));
  return [...askers].flatMap((asker) => {
    const group = compared.filter(({ clock }) => clock.by === asker);
    const usual = middle([{ milliseconds: 0, uncertainty: 0 }, ...group.map(({ clock }) => clock)]);
    return group.flatMap(({ host, clock }) => judge(host, clock, usual));
  });
}

type Offset = Pick<ClockOffset, 'milliseconds' | 'uncertainty'>;

/** What most machines have, the asking one among them; of two it is the asking one's. */
function middle(offsets: readonly Offset[]): Offset {
  const sorted = [...offsets].sort((left, right) => left.milliseconds - right.milliseconds);
  const own = { milliseconds: 0, uncertainty: 0 };
  return sorted.length < 3 ? own : (sorted[Math.floor((sorted.length - 1) / 2)] ?? own);
}

function judge(host: string, clock: Offset, usual: Offset): FindingBeforeOverrides[] {
  const difference = clock.milliseconds - usual.milliseconds;
  const certain = Math.abs(difference) - clock.uncertainty - usual.uncertainty;
  if (certain <= tolerated) return [];
  return [
    {
      check: 'clock',
      host,
      severity: certain > tolerable ? 'error' : 'warning',
      is: `${duration(Math.abs(difference))} ${difference > 0 ? 'ahead of' : 'behind'} the other machines`,
      shouldBe: 'the same time on every host: certificates and etcd depend on it',
      advice:
        'Turn time synchronisation on: timedatectl set-ntp true; or correct it at once: chronyc makestep.',
    },
  ];
}

function duration(milliseconds: number): string {
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  return `${Math.round(milliseconds / 60_000)} minutes`;
}

/** Whatever the time is now, a clock that nothing keeps right goes wrong by seconds in a month. */
export const timeSynchronization: HostCheck = ({ facts: { system } }) =>
  system?.timeSynchronized !== false
    ? undefined
    : {
        check: 'time-synchronization',
        severity: 'warning',
        is: 'a clock that nothing keeps right',
        shouldBe: 'a clock that systemd-timesyncd, chrony or ntpd keeps right',
        advice: 'timedatectl set-ntp true, or apt-get install chrony; UDP port 123 has to get out.',
      };
