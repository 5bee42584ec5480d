import { z } from 'zod';
import { storageDigest } from '../../../cluster/storage/make-storage-plan.js';
import { oldCopyOf } from '../../../cluster/storage/data-places.js';
import type { StorageTarget } from '../../../cluster/storage/storage-plan.js';
import { fstabPath, mdadmConfPath, type RecordBefore } from '../../../cluster/storage/record-before.js';
import { CommandFailedError, RefusedError } from '../../../hosts/errors.js';
import type { Host } from '../../../hosts/host.js';
import { lines, sh } from '../../../hosts/script.js';
import { observeArray } from '../../../probes/array.js';
import type { Dependencies } from '../../running/dependencies.js';
import { movedDataFunctions } from '../parts/moved-data.js';
import { notProven, withRefusals } from '../../running/refusals.js';
import { runJob } from '../../running/run-job.js';
import { changed, hostStep, unchanged } from '../../running/step.js';
import { storageJob } from '../parts/storage-job.js';
import { readRecordBefore, recordPath } from '../parts/read-record-before.js';
import { switchedScript, undoScript } from './undo-script.js';
import { type LeftToUndo, lookWhatIsLeft } from './look-what-is-left.js';
import { movedUnits } from '../../../probes/units.js';

/**
 * Has no counterpart in the document: when step 7 is given up before the data is in its new place, the host becomes again
 * what it was, by the record that `backUpFstab` has made. The array and its file system stay, on disks that were blank
 * and approved for them, with what has been copied: the next run goes on with them. Once data has been switched nothing
 * is undone, because from then on the way forward is the safe one.
 */
export const undoStorage = hostStep(
  'undoStorage',
  async (host, { target, jobKey }, dependencies: Pick<Dependencies, 'jobs'>) => {
    const record = await readRecordBefore(host);
    const done = await readEnding(host);
    if (done?.jobKey === jobKey) {
      await forget(host, record);
      return changed(done.summary);
    }
    const kept = await whyKept(host, target, record);
    if (kept !== null) return unchanged(kept);

    const { work } = await lookWhatIsLeft(host, target, record);
    const job = storageJob(jobKey, undoScript(work));
    try {
      await withRefusals(host, () => runJob(dependencies, host, job, 'undo step 7'));
    } catch (error) {
      throw withWhatIsLeft(error, await lookWhatIsLeft(host, target, record));
    }
    const left = await lookWhatIsLeft(host, target, record);
    if (left.problems.length > 0) {
      throw notProven(
        host,
        `Not undone: ${left.problems.join(' ')}`,
        `Read ${recordPath(host)} on ${host.name}.`,
      );
    }
    const summary = await summaryOf(host, target, { record, left });
    await host.writeFile(endingPath(host), `${JSON.stringify({ jobKey, summary })}\n`);
    await forget(host, record);
    return changed(summary);
  },
);

/** Why the host is left as it is, one sentence; null when step 7 can still be undone. */
async function whyKept(
  host: Host,
  target: StorageTarget,
  record: RecordBefore | null,
): Promise<string | null> {
  const olds = target.moves.map(({ from }) => oldCopyOf(from));
  const { stdout } = await host.run(
    lines(
      movedDataFunctions(target),
      sh`switched() {`,
      switchedScript(target),
      sh`}
from=$(switched)
if [ -z "$from" ]; then exit 0; fi
echo "$from"
for old in ${olds}; do if [ -e "$old" ]; then echo "$old"; fi; done`,
    ),
    { what: 'look where the data is' },
  );
  const [from = '', ...kept] = stdout.trim().split('\n');
  if (from !== '') {
    const originals = kept.length === 0 ? '' : `; kept: ${kept.join(', ')}`;
    return `Nothing of step 7 was undone, because the data of ${from} is on the array already${originals}. Run the procedure again to finish it.`;
  }
  const proven = await host.readFile(`${host.stateFolder}/storage/proven`);
  if (record === null && proven?.trim() === storageDigest(target)) {
    return 'Nothing of step 7 was undone, because an earlier run has finished it on this host.';
  }
  return null;
}

/** The failure as it is, with what the host still differs in, so that a person can decide what to do about it. */
function withWhatIsLeft(error: unknown, { problems }: LeftToUndo): unknown {
  const rest =
    problems.length === 0 ? 'Everything is as it was all the same.' : `Not as it was: ${problems.join(' ')}`;
  const message = (text: string) => `${text} ${rest}`;
  if (error instanceof RefusedError) return new RefusedError(message(error.message), error.context);
  if (!(error instanceof CommandFailedError)) return error;
  return new CommandFailedError(message(error.message), error.context, error.exitCode);
}

async function summaryOf(
  host: Host,
  target: StorageTarget,
  { record, left }: { readonly record: RecordBefore | null; readonly left: LeftToUndo },
): Promise<string> {
  const array = await observeArray(host, target);
  const stays =
    array === null
      ? ''
      : ` ${array.device} stays, with what was copied onto it; the next run goes on with it.`;
  const units = movedUnits(target).join(' and ');
  if (record === null) {
    return (
      `Step 7 was undone as far as its own marks tell, because it was begun by a version that kept no record: ` +
      `${target.mountPoint} is not mounted, Slipway's lines are out of fstab and mdadm.conf; ${units} stay as they are.${stays}`
    );
  }
  const others = left.changedByOthers;
  const same = [fstabPath, mdadmConfPath].filter((path) => !others.includes(path));
  const exact = same.length === 0 ? '' : `${same.join(' and ')} as they were (by digest), `;
  const backups = [record.fstab, record.mdadmConf].flatMap((file) => (file === null ? [] : [file.backup]));
  const inexact = others.map((path) => {
    const backup = backups.find((one) => one.startsWith(`${path}.`));
    const where = backup === undefined ? '' : `; how it was is in ${backup}`;
    return ` ${path} was changed by somebody else too: only Slipway's own lines were taken out${where}.`;
  });
  return (
    `Step 7 was undone: ${exact}${target.mountPoint} not mounted, ` +
    `${units} and their settings as before.${inexact.join('')}${stays}`
  );
}

const endingSchema = z.object({ jobKey: z.string(), summary: z.string() });

/** How this undo ended, if its answer was lost: the record that it went by is gone then. */
async function readEnding(host: Host): Promise<z.infer<typeof endingSchema> | null> {
  const text = await host.readFile(endingPath(host));
  return text === undefined ? null : endingSchema.parse(JSON.parse(text));
}

function endingPath({ stateFolder }: Host): string {
  return `${stateFolder}/storage/undone.json`;
}

/** Removes backups that equal their originals, and the record last: a new attempt of step 7 makes a new one. */
async function forget(host: Host, record: RecordBefore | null): Promise<void> {
  if (record === null) return;
  const backups = [
    { path: fstabPath, backup: record.fstab?.backup },
    { path: mdadmConfPath, backup: record.mdadmConf?.backup },
  ];
  const removals = backups.flatMap(({ path, backup }) =>
    backup === undefined ? [] : [sh`if cmp -s ${path} ${backup}; then rm -f ${backup}; fi`],
  );
  await host.run(
    lines(...removals, sh`sync`, sh`rm -f ${recordPath(host)}`, sh`sync -f ${host.stateFolder}`),
    {
      what: 'forget how it was before step 7',
    },
  );
}
