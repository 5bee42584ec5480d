import { type JudgedCheck, judge } from '../checks/checks.js';
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
