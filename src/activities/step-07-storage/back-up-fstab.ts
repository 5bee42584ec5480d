import { readFstabRecord } from '../../cluster/storage/fstab.js';
import { mdadmConfIsMarked } from '../../cluster/storage/mdadm-conf.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import {
  type Begun,
  fstabPath,
  isSameFile,
  mdadmConfPath,
  recordOf,
  type FileState,
  type RecordBefore,
} from '../../cluster/storage/record-before.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import { notProven } from '../running/refusals.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { readStateNow, readRecordBefore, recordPath } from './parts/read-record-before.js';

/**
 * Step 7.7: Backup fstab; mdadm.conf is backed up too. Each content is kept once, beside the original, under a name
 * that follows from the content, so that a repeated step neither overwrites a backup nor makes a second one. How
 * everything else was that step 7 changes is recorded with it, for `undoStorage`.
 */
export const backUpFstab = hostStep('backUpFstab', async (host, { target }) => {
  const known = await readRecordBefore(host);
  const now = await readStateNow(host, target, known);
  const record = recordOf(now, await lookWhatIsBegun(host, target), known);
  if (record === null) return unchanged('backed up before it was updated');
  const outcome = await host.writeFile(recordPath(host), `${JSON.stringify(record, null, 2)}\n`, {
    mode: 0o600,
  });
  const made = [
    ...(await keep(host, { path: fstabPath, now: now.fstab, before: record.fstab })),
    ...(await keep(host, { path: mdadmConfPath, now: now.mdadmConf, before: record.mdadmConf })),
  ];
  if (made.length > 0) return changed(made.join(', '));
  return outcome === 'written' ? changed('how it was is recorded') : unchanged('backed up already');
});

async function lookWhatIsBegun(host: Host, { array }: StorageTarget): Promise<Begun> {
  const marked = readFstabRecord((await host.readFile(fstabPath)) ?? '');
  return {
    fstab: marked?.arrayName === array.name,
    mdadmConf: mdadmConfIsMarked((await host.readFile(mdadmConfPath)) ?? null),
  };
}

/**
 * A file that step 7 has changed already was kept before that.
 * @returns the path of the backup if it has been made now
 */
async function keep(
  host: Host,
  file: {
    readonly path: string;
    readonly now: FileState | null;
    readonly before: RecordBefore['fstab'];
  },
): Promise<readonly string[]> {
  const { path, now, before } = file;
  if (before === null || !isSameFile(now, before)) return [];
  const { backup, digest } = before;
  const script = sh`if [ -e ${backup} ]; then echo kept
else
  cp -p ${path} ${`${backup}.new`}
  sync ${`${backup}.new`}
  mv -T ${`${backup}.new`} ${backup}
  sync "$(dirname ${backup})"
fi
sha256sum < ${backup} | cut -d ' ' -f 1`;
  const { stdout } = await host.run(script, { what: `back up ${path}` });
  if (!stdout.includes(digest)) {
    throw notProven(host, `${backup} is not ${path} as it is.`, `Look who changes ${path}, then retry.`);
  }
  return stdout.startsWith('kept') ? [] : [backup];
}
