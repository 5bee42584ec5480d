import type { StorageTarget } from '../cluster/storage/storage-plan.js';
import {
  parseSystemdUnits,
  serviceName,
  unitProperties,
  type UnitSeen,
} from '../cluster/facts/systemd-units.js';
import type { Host } from '../hosts/host.js';
import { sh, type Script } from '../hosts/script.js';

/** Units, and the moment at which they were looked at. */
export interface UnitsSeen {
  /** Seconds since the machine's start, as {@link UnitSeen.activeSince} counts them. */
  readonly now: number;
  readonly units: readonly UnitSeen[];
  /** Names of the mount points' units, such as data.mount. */
  readonly mounts: readonly string[];
}

interface LookedAt {
  /** Without their suffix. */
  readonly services: readonly string[];
  readonly mountPoints?: readonly string[];
}

/** One look at services and mounts, so that their times can be compared. One that the host does not know is seen as not loaded. */
export async function lookAtUnits(host: Host, { services, mountPoints = [] }: LookedAt): Promise<UnitsSeen> {
  const { stdout } = await host.run(
    sh`cut -d ' ' -f 1 /proc/uptime
set --
for place in ${mountPoints}; do set -- "$@" "$(systemd-escape --path --suffix=mount -- "$place")"; done
printf '%s\\n' "$*"
systemctl show -p ${unitProperties} -- ${services.map((name) => `${name}.service`)} "$@"`,
    { what: 'look at the units' },
  );
  const [uptime = '', mounts = '', ...rest] = stdout.split('\n');
  return {
    now: Number(uptime),
    units: parseSystemdUnits(rest.join('\n')),
    mounts: mounts.split(' ').filter((mount) => mount !== ''),
  };
}

/** A service that is on a host, as it is now. */
export interface UnitOnHost extends Pick<UnitSeen, 'active' | 'enabled' | 'restarts' | 'mounts'> {
  /** Without its suffix. */
  readonly name: string;
  /** Milliseconds since it became active; 0 when it is not active. */
  readonly activeFor: number;
}

/** Those of the named services that the host knows; a fresh host knows none. In the order of the names. */
export async function unitsPresent(host: Host, names: readonly string[]): Promise<readonly UnitOnHost[]> {
  const { now, units } = await lookAtUnits(host, { services: names });
  return units
    .filter(({ load }) => load === 'loaded')
    .map((unit) => ({
      name: serviceName(unit),
      active: unit.active,
      enabled: unit.enabled,
      restarts: unit.restarts,
      activeFor: unit.active === 'active' ? Math.max(0, now - unit.activeSince) * 1000 : 0,
      mounts: unit.mounts,
    }));
}

/**
 * The same, lasting: systemctl keeps in symbolic links which units are enabled, and does not sync them, so that a power
 * cut would take the change back. Also for links that an earlier attempt has changed and not lived to sync.
 */
export async function unitsSynced(host: Host, names: readonly string[]): Promise<readonly UnitOnHost[]> {
  await host.run(syncUnits, { what: 'sync which units are enabled' });
  return unitsPresent(host, names);
}

export const syncUnits: Script = sh`sync -f /etc/systemd/system`;

/** The units whose data step 7 moves, in the order in which they are stopped; started they are the other way round. */
export function movedUnits({ moves }: StorageTarget): readonly string[] {
  return moves.map(({ unit }) => unit);
}
