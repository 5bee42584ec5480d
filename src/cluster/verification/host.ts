import { type CheckResult, type JudgedCheck, judge, listed } from '../checks/checks.js';
import type { UnitSeen } from '../facts/systemd-units.js';

/** The services that a node needs by its roles; without suffix. */
export type CheckedUnit = 'kubelet' | 'containerd' | 'etcd';

/** Seconds that a unit which systemd had to start again must have run since. */
const steadySeconds = 20;

/**
 * Each service runs, is enabled, and is not being started again and again.
 * @param now seconds since the machine's start
 */
export function judgeUnits({
  host,
  names,
  units,
  now,
}: {
  readonly host: string;
  readonly names: readonly CheckedUnit[];
  readonly units: readonly UnitSeen[];
  readonly now: number;
}): JudgedCheck[] {
  return names.map((name) => {
    const unit = units.find(({ id }) => id === `${name}.service`);
    const running = unit?.active === 'active' && unit.sub === 'running';
    const looping = unit !== undefined && unit.restarts > 0 && now - unit.activeSince < steadySeconds;
    return judge({
      check: `unit-${name}`,
      host,
      passed: running && unit.enabled === 'enabled' && !looping,
      is: describe(unit, looping),
      shouldBe: 'active (running) and enabled',
      advice: `Read "journalctl -u ${name}" on ${host}, then run "systemctl enable --now ${name}".`,
      settles: unit?.enabled === 'enabled' && (looping || unit.active === 'activating'),
    });
  });
}

function describe(unit: UnitSeen | undefined, looping: boolean): string {
  if (unit === undefined || unit.load !== 'loaded') return 'not installed';
  const restarts = looping ? `, started again ${unit.restarts} times, last a moment ago` : '';
  return `${unit.active} (${unit.sub}), ${unit.enabled || 'not enabled'}${restarts}`;
}

/** A service whose data is on a mount. */
export interface StoredService {
  /** Without suffix. */
  readonly name: string;
  /** The mount points that it must wait for. */
  readonly places: readonly string[];
}

/**
 * Services whose data is on a mount started after it: otherwise they write beneath it, into the root disk. They also wait
 * for it by themselves, because the right order may have been luck.
 * @param mounts the mount units, such as data.mount
 */
export function judgeMountOrder({
  host,
  services,
  mounts,
  units,
}: {
  readonly host: string;
  readonly services: readonly StoredService[];
  readonly mounts: readonly string[];
  readonly units: readonly UnitSeen[];
}): CheckResult[] {
  const faults = services.flatMap((service) => orderFaults(service, { mounts, units }));
  return [
    judge({
      check: 'mount-order',
      host,
      passed: faults.length === 0,
      is: faults.length === 0 ? 'services started after the mounts, and wait for them' : listed(faults),
      shouldBe: `${listed(services.map(({ name }) => name))} started after ${listed(mounts)}, by RequiresMountsFor=`,
      advice:
        `See that RequiresMountsFor= in the services' drop-ins 50-slipway-storage.conf on ${host} names the mount points, ` +
        'run "systemctl daemon-reload", and restart the services.',
    }),
  ];
}

function orderFaults(
  { name, places }: StoredService,
  { mounts, units }: { readonly mounts: readonly string[]; readonly units: readonly UnitSeen[] },
): string[] {
  const seen = (id: string) => units.find((unit) => unit.id === id);
  const service = seen(`${name}.service`);
  if (service?.load !== 'loaded') return [];
  const later = mounts.filter((mount) => {
    const since = seen(mount)?.activeSince ?? 0;
    return service.active === 'active' && (since === 0 || since > service.activeSince);
  });
  const awaited = service.mounts.split(' ');
  const loose = places.filter((place) => !awaited.includes(place));
  return [
    ...later.map((mount) => `${name} started before ${mount}`),
    ...(loose.length > 0 ? [`${name} does not wait for ${loose.join(' and ')}`] : []),
  ];
}

/** What was found of step 10's rules. */
export interface FirewallSeen {
  /** The table is loaded. */
  readonly loaded: boolean;
  /** It looks as it did when it was proven. */
  readonly asProven: boolean;
  /** Its unit is enabled and started, and the rules are on disk. */
  readonly kept: boolean;
}

export function judgeFirewall(host: string, { loaded, asProven, kept }: FirewallSeen): CheckResult[] {
  const table = !loaded ? 'not loaded' : asProven ? 'loaded' : 'loaded, but changed by somebody';
  return [
    judge({
      check: 'firewall-rules',
      host,
      passed: loaded && asProven && kept,
      is: `${table}; ${kept ? 'kept' : 'not kept'} for the next boot`,
      shouldBe: 'loaded; kept for the next boot',
      advice: `Run "slipway up" again; it puts the table inet slipway on ${host} back.`,
    }),
  ];
}
