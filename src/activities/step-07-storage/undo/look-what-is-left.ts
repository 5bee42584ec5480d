import { dropIn, dropInPath } from '../../../cluster/storage/drop-in.js';
import { undoFstab, type UndoneText } from '../../../cluster/storage/fstab.js';
import { undoMdadmConf } from '../../../cluster/storage/mdadm-conf.js';
import {
  fstabPath,
  isSameFile,
  mdadmConfPath,
  type FileState,
  type RecordBefore,
  differencesFromRecord,
  unitsToRestore,
} from '../../../cluster/storage/record-before.js';
import type { StorageTarget } from '../../../cluster/storage/storage-plan.js';
import type { Host } from '../../../hosts/host.js';
import { lines, sh } from '../../../hosts/script.js';
import { movedDataFunctions } from '../parts/moved-data.js';
import { initramfsTraceScript, undoInitramfsScript } from '../regenerate-initramfs.js';
import { readStateNow } from '../parts/read-record-before.js';
import type { FileToRestore, UndoWork } from './undo-script.js';

/** What is left to undo of step 7, found by looking: asked before for what to do, and afterwards as the proof. */
export interface LeftToUndo {
  readonly work: UndoWork;
  /** Full sentences; empty when all is as it was. */
  readonly problems: readonly string[];
  /** Configuration files that somebody else has changed since the record, or whose backup is gone. */
  readonly changedByOthers: readonly string[];
}

/** @param record null: nobody knows how it was, so only what is recognised as Slipway's own is undone */
export async function lookWhatIsLeft(
  host: Host,
  target: StorageTarget,
  record: RecordBefore | null,
): Promise<LeftToUndo> {
  const now = await readStateNow(host, target, record);
  const fstab = await decide(host, {
    path: fstabPath,
    now: now.fstab,
    before: record?.fstab,
    undo: (text, before) => undoFstab({ fstab: text, before: before ?? undefined, target }),
    none: '',
  });
  const mdadmConf = await decide(host, {
    path: mdadmConfPath,
    now: now.mdadmConf,
    before: record?.mdadmConf,
    undo: (text, before) => undoMdadmConf({ conf: text, before, array: target.array }),
    none: null,
  });
  const files = [fstab, mdadmConf].flatMap(({ restore }) => restore);
  const changedByOthers = [fstab, mdadmConf].flatMap(({ others }) => others);
  const { enable, start } = record === null ? { enable: [], start: [] } : unitsToRestore(now, record);
  return {
    work: {
      target,
      files,
      dropIns: target.moves.map((move) => ({ path: dropInPath(move), text: dropIn(target, move) })),
      absent: record?.absent ?? [],
      initramfs: undoInitramfsScript(host, target),
      enable,
      // The kubelet needs containerd: the units are named in the order in which they are stopped.
      start: [...start].reverse(),
    },
    problems: [
      ...files
        .filter(({ restore }) => restore.kind === 'text')
        .map(({ path }) => `${path} has lines of step 7.`),
      ...(record === null ? [] : differencesFromRecord(now, record, changedByOthers)),
      ...(await ownTraces(host, target)),
    ],
    changedByOthers,
  };
}

interface FileDecision {
  readonly restore: readonly FileToRestore[];
  readonly others: readonly string[];
}

async function decide(
  host: Host,
  file: {
    readonly path: string;
    readonly now: FileState | null;
    /** Undefined: nobody knows. */
    readonly before: RecordBefore['fstab'] | undefined;
    readonly undo: (text: string, before: string | null | undefined) => UndoneText;
    /** What stands for the text of a file that was not there. */
    readonly none: '' | null;
  },
): Promise<FileDecision> {
  const { path, now, before, undo, none } = file;
  if (before !== undefined && isSameFile(now, before)) return { restore: [], others: [] };
  if (now === null) return { restore: [], others: [path] };
  const textBefore = before === null ? none : await readBackup(host, before);
  const undone = undo((await host.readFile(path)) ?? '', textBefore);
  if (undone.kind === 'untouched') return { restore: [], others: [path] };
  return {
    restore: [{ path, now: now.digest, restore: restoreBy(undone, before) }],
    others: undone.kind === 'lines' ? [path] : [],
  };
}

function restoreBy(
  undone: Exclude<UndoneText, { kind: 'untouched' }>,
  before: RecordBefore['fstab'] | undefined,
): FileToRestore['restore'] {
  if (undone.kind === 'lines') return { kind: 'text', text: undone.text };
  return before ? { kind: 'backup', backup: before.backup, before } : { kind: 'remove' };
}

/** @returns undefined when the backup is gone, or is not what was kept */
async function readBackup(
  host: Host,
  before: RecordBefore['fstab'] | undefined,
): Promise<string | undefined> {
  if (before === null || before === undefined) return undefined;
  const { stdout } = await host.run(sh`sha256sum < ${before.backup} || true`, { what: 'look at the backup' });
  return stdout.startsWith(before.digest) ? await host.readFile(before.backup) : undefined;
}

/** What of step 7 needs no record to be recognised, full sentences. */
async function ownTraces(host: Host, target: StorageTarget): Promise<readonly string[]> {
  const { mountPoint, moves } = target;
  const script = lines(
    movedDataFunctions(target),
    sh`for place in ${[mountPoint, ...moves.map(({ from }) => from)]}; do
  if on_array "$place"; then echo "$place is mounted."; fi
done`,
    ...moves.map(
      (move) =>
        sh`if printf '%s' ${dropIn(target, move)} | cmp -s - ${dropInPath(move)}; then echo ${`${dropInPath(move)} is there.`}; fi`,
    ),
    initramfsTraceScript(host, target),
  );
  const { stdout } = await host.run(script, { what: 'look what of step 7 is left' });
  return stdout.split('\n').filter((line) => line !== '');
}
