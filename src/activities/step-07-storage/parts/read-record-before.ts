import { posix } from 'node:path';
import {
  fstabPath,
  mdadmConfPath,
  type FileState,
  type StateNow,
  type RecordBefore,
  recordBeforeSchema,
} from '../../../cluster/storage/record-before.js';
import { dropInPath } from '../../../cluster/storage/drop-in.js';
import type { StorageTarget } from '../../../cluster/storage/storage-plan.js';
import type { Host } from '../../../hosts/host.js';
import { sh } from '../../../hosts/script.js';
import { understood } from '../../../probes/understood.js';
import { movedUnits, unitsPresent } from '../../../probes/units.js';

/** Looks at what step 7 changes around the array. Changes nothing. */
export async function readStateNow(
  host: Host,
  target: StorageTarget,
  record: RecordBefore | null = null,
): Promise<StateNow> {
  const files = [fstabPath, mdadmConfPath];
  const { stdout } = await host.run(
    sh`for path in ${files}; do
  if [ -f "$path" ]; then
    printf 'FILE=%s %s %s\n' "$(sha256sum < "$path" | cut -d ' ' -f 1)" "$(stat -L -c '%a %u:%g' "$path")" "$path"
  fi
done
for path in ${[...directoriesOf(target), ...(record?.absent ?? [])]}; do
  while [ ! -e "$path" ]; do printf 'ABSENT=%s\n' "$path"; path=$(dirname "$path"); done
  if [ -d "$path" ] && [ -z "$(ls -A "$path")" ]; then printf 'EMPTY=%s\n' "$path"; fi
done`,
    { what: 'look at what step 7 changes' },
  );
  const values = (key: string) =>
    stdout.split('\n').flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
  const states = new Map(values('FILE').map(fileOf));
  const units = await unitsPresent(host, movedUnits(target));
  return {
    fstab: states.get(fstabPath) ?? null,
    mdadmConf: states.get(mdadmConfPath) ?? null,
    absent: [...new Set(values('ABSENT'))],
    empty: [...new Set(values('EMPTY'))],
    units: units.map(({ name, active, enabled }) => ({ name, active, enabled })),
  };
}

/**
 * @returns null where step 7 has not begun, or was begun by a version that kept no record
 * @throws NotUnderstoodError for a record that somebody has damaged
 */
export async function readRecordBefore(host: Host): Promise<RecordBefore | null> {
  const path = recordPath(host);
  const text = await host.readFile(path);
  if (text === undefined) return null;
  return understood(host, `The record ${path}`, () => recordBeforeSchema.parse(JSON.parse(text)));
}

/** One for the host and not for each array: a plan that has changed since must not hide how it was before the first. */
export function recordPath({ stateFolder }: Host): string {
  return `${stateFolder}/storage/before.json`;
}

/** Directories that step 7 makes where they are missing. */
function directoriesOf({ mountPoint, moves }: StorageTarget): readonly string[] {
  return [
    mountPoint,
    posix.dirname(mdadmConfPath),
    ...moves.flatMap((move) => [move.from, posix.dirname(dropInPath(move))]),
  ];
}

function fileOf(line: string): [string, FileState] {
  const [digest = '', mode = '', owner = '', path = ''] = line.split(' ');
  return [path, { digest, mode, owner }];
}
