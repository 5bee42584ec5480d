import { type CheckResult, judge, listed } from '../checks/checks.js';
import type { UnitSeen } from '../facts/systemd-units.js';

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

export function orderFaults(
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
