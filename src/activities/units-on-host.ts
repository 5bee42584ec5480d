import type { StorageTarget } from '../cluster/storage-plan.js';
import type { Host } from '../hosts/host.js';
import { sh } from '../hosts/script.js';

/** One of systemd's units as it is now. */
export interface UnitOnHost {
  readonly name: string;
  readonly active: string;
  readonly enabled: string;
  /** How often systemd has restarted it by itself since it was started. */
  readonly restarts: number;
  /** Milliseconds since it became active; 0 when it is not active. */
  readonly activeFor: number;
  /** What it waits for, space-separated, in the form of RequiresMountsFor=. */
  readonly mounts: string;
}

/** Those of the named units that the host knows; a fresh host knows none. In the order of the names. */
export async function unitsPresent(host: Host, names: readonly string[]): Promise<readonly UnitOnHost[]> {
  const properties =
    'Id,LoadState,ActiveState,UnitFileState,NRestarts,ActiveEnterTimestampMonotonic,RequiresMountsFor';
  const { stdout } = await host.run(
    sh`cut -d ' ' -f 1 /proc/uptime
systemctl show -p ${properties} ${names.map((name) => `${name}.service`)}`,
    { what: 'look at the units' },
  );
  const [uptime = '', ...lines] = stdout.split('\n');
  const now = Number(uptime) * 1000;
  const blocks = lines
    .join('\n')
    .split(/\n\s*\n/)
    .map((block) => {
      const pairs = block.split('\n').map((line) => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)] as const;
      });
      return new Map(pairs);
    });
  return blocks
    .filter((block) => block.get('LoadState') === 'loaded')
    .map((block) => ({
      name: (block.get('Id') ?? '').replace(/\.service$/, ''),
      active: block.get('ActiveState') ?? '',
      enabled: block.get('UnitFileState') ?? '',
      restarts: Number(block.get('NRestarts') ?? 0),
      activeFor:
        block.get('ActiveState') === 'active'
          ? Math.max(0, now - Number(block.get('ActiveEnterTimestampMonotonic') ?? 0) / 1000)
          : 0,
      mounts: block.get('RequiresMountsFor') ?? '',
    }));
}

/** The units whose data step 7 moves, in the order in which they are stopped; started they are the other way round. */
export function movedUnits({ moves }: StorageTarget): readonly string[] {
  return moves.map(({ unit }) => unit);
}
