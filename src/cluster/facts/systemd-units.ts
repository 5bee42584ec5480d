/** What systemd tells about a unit (`systemctl show`). */
export interface UnitSeen {
  /** With its suffix, such as kubelet.service. */
  readonly id: string;
  readonly load: string;
  readonly active: string;
  readonly sub: string;
  readonly enabled: string;
  /** How often systemd has started it again by itself. */
  readonly restarts: number;
  /** Seconds since the machine's start at which it became active; 0: it never was. */
  readonly activeSince: number;
  /** Paths whose mounts it waits for (RequiresMountsFor=), space-separated. */
  readonly mounts: string;
}

/** Properties to ask `systemctl show` for, as {@link parseSystemdUnits} wants them. */
export const unitProperties =
  'Id,LoadState,ActiveState,SubState,UnitFileState,NRestarts,ActiveEnterTimestampMonotonic,RequiresMountsFor';

/** Reads the output of `systemctl show` for many units: blocks of lines `Name=value`, with `Id` among them. */
export function parseSystemdUnits(text: string): UnitSeen[] {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((block) => {
      const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(block)?.[1] ?? '';
      return {
        id: value('Id'),
        load: value('LoadState'),
        active: value('ActiveState'),
        sub: value('SubState'),
        enabled: value('UnitFileState'),
        restarts: Number(value('NRestarts')) || 0,
        activeSince: (Number(value('ActiveEnterTimestampMonotonic')) || 0) / 1e6,
        mounts: value('RequiresMountsFor'),
      };
    })
    .filter(({ id }) => id !== '');
}

/** A service's name without its suffix. */
export function serviceName({ id }: Pick<UnitSeen, 'id'>): string {
  return id.replace(/\.service$/, '');
}
