import { z } from 'zod';

/**
 * What step 7 changes around the array, as it was before: configuration files, directories, units. The record of it is
 * kept on the host, so that whoever undoes the step, even days later, need not guess.
 */

/** One file, by what tells whether it is as it was. */
const fileStateSchema = z.object({
  /** SHA-256 of its bytes, 64 hex digits. */
  digest: z.string(),
  /** Permission bits, octal. */
  mode: z.string(),
  /** User and group ID: 0:0. */
  owner: z.string(),
});
export type FileState = z.infer<typeof fileStateSchema>;

const unitBeforeSchema = z.object({
  /** Without its suffix. */
  name: z.string(),
  /** systemd's ActiveState. */
  active: z.string(),
  /** systemd's UnitFileState. */
  enabled: z.string(),
});
export type UnitBefore = z.infer<typeof unitBeforeSchema>;

const keptFileSchema = fileStateSchema.extend({ backup: z.string() }).nullable();

export const recordBeforeSchema = z.object({
  /** Null: there was none. */
  fstab: keptFileSchema,
  mdadmConf: keptFileSchema,
  /** Directories that were not there, deepest first. */
  absent: z.array(z.string()),
  /** Units of the moved directories that were there. */
  units: z.array(unitBeforeSchema),
});
/** The record: how everything was before step 7. */
export type RecordBefore = z.infer<typeof recordBeforeSchema>;

/** The same things as they are now. */
export interface StateNow {
  readonly fstab: FileState | null;
  readonly mdadmConf: FileState | null;
  readonly absent: readonly string[];
  /** Those of the same directories that are there, with nothing in them. */
  readonly empty: readonly string[];
  readonly units: readonly UnitBefore[];
}

/** What of step 7 has been done already when the record is made. */
export interface Begun {
  /** /etc/fstab has a marked line. */
  readonly fstab: boolean;
  /** mdadm.conf has the marked line. */
  readonly mdadmConf: boolean;
}

/** Where a file's content is kept, once for each content. */
function backupOf(path: string, { digest }: FileState): string {
  return `${path}.slipway-${digest.slice(0, 8)}`;
}

/** Paths of the two configuration files. */
export const fstabPath = '/etc/fstab';
export const mdadmConfPath = '/etc/mdadm/mdadm.conf';

/**
 * The record to be kept, given the one that is kept already. What an earlier run of step 7 may have changed itself stays
 * as that run found it; everything else is taken as it is now, because between two runs the operator may have changed
 * it. A unit that is off now may have been stopped by the earlier run, one that is on has not.
 * @returns null when step 7 was begun without a record: then nobody knows any more how it was
 */
export function recordOf(now: StateNow, begun: Begun, known: RecordBefore | null): RecordBefore | null {
  if (known === null && (begun.fstab || begun.mdadmConf)) return null;
  const kept = (path: string, state: FileState | null) =>
    state === null ? null : { ...state, backup: backupOf(path, state) };
  return {
    fstab: begun.fstab && known !== null ? known.fstab : kept(fstabPath, now.fstab),
    mdadmConf: begun.mdadmConf && known !== null ? known.mdadmConf : kept(mdadmConfPath, now.mdadmConf),
    absent: deepestFirst([...(known?.absent ?? []), ...now.absent]),
    units: now.units.map((unit) =>
      unitOf(
        unit,
        known?.units.find(({ name }) => name === unit.name),
      ),
    ),
  };
}

function unitOf(now: UnitBefore, known: UnitBefore | undefined): UnitBefore {
  return {
    name: now.name,
    active: isOn(now) || known === undefined ? now.active : known.active,
    enabled: isEnabled(now) || known === undefined ? now.enabled : known.enabled,
  };
}

function deepestFirst(paths: readonly string[]): string[] {
  return [...new Set(paths)].sort((left, right) => right.length - left.length);
}

/** Running, or about to: systemd starts a unit that crashes again and again. */
function isOn({ active }: Pick<UnitBefore, 'active'>): boolean {
  return ['active', 'activating', 'reloading'].includes(active);
}

export function isEnabled({ enabled }: Pick<UnitBefore, 'enabled'>): boolean {
  return enabled === 'enabled' || enabled === 'enabled-runtime';
}

/** Whether a file is as it was: the same bytes, mode and owner, or not there as before. */
export function isSameFile(now: FileState | null, before: FileState | null): boolean {
  if (now === null || before === null) return now === before;
  return now.digest === before.digest && now.mode === before.mode && now.owner === before.owner;
}

/** Units that ran or were enabled and do not or are not now, in the order of the record. */
export function unitsToRestore(
  now: Pick<StateNow, 'units'>,
  before: RecordBefore,
): { readonly enable: readonly UnitBefore[]; readonly start: readonly UnitBefore[] } {
  const unitNow = (name: string) => now.units.find((unit) => unit.name === name);
  return {
    enable: before.units.filter((unit) => isEnabled(unit) && unitNow(unit.name)?.enabled !== unit.enabled),
    start: before.units.filter((unit) => isOn(unit) && !isOn(unitNow(unit.name) ?? { active: '' })),
  };
}

/**
 * In what the host differs from the record, full sentences: what has not been put back. A directory that was not there
 * and has something in it by now is somebody else's.
 * @param changedByOthers files that somebody else has changed since: they are not expected to be as they were
 */
export function differencesFromRecord(
  now: StateNow,
  before: RecordBefore,
  changedByOthers: readonly string[] = [],
): readonly string[] {
  const files = [
    { path: fstabPath, same: isSameFile(now.fstab, before.fstab) },
    { path: mdadmConfPath, same: isSameFile(now.mdadmConf, before.mdadmConf) },
  ];
  const { enable, start } = unitsToRestore(now, before);
  return [
    ...files
      .filter(({ path, same }) => !same && !changedByOthers.includes(path))
      .map(({ path }) => `${path} is not as it was.`),
    ...before.absent
      .filter((path) => now.empty.includes(path))
      .map((path) => `${path} was not there before.`),
    ...enable.map(({ name, enabled }) => `${name} was ${enabled} before.`),
    ...start.map(({ name, active }) => `${name} was ${active} before.`),
  ];
}
