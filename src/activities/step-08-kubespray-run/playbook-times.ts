import type { ClusterFolders } from '../../cluster/kubespray/folders.js';
import { timetableText, parseTimetable, type Timetable } from '../../cluster/playbook/timetable.js';
import type { Host } from '../../hosts/host.js';
import type { PlaybookInput } from '../../protocol/control-host-inputs.js';

/**
 * How long each task of a playbook took the last time, for the time left. It is an estimate's worth and no more, so
 * trouble with these files is no trouble of the step.
 */
type Run = Pick<PlaybookInput, 'release' | 'playbook' | 'jobKey'>;

/**
 * Of this cluster's last run that came to its end; before there is one, of another cluster's first run of the same
 * release on this control host, because a first run takes many times as long as a later one.
 */
export async function readPlaybookTimes(
  host: Host,
  folders: ClusterFolders,
  run: Run,
): Promise<Timetable | undefined> {
  for (const path of [ownFile(folders, run), sharedFile(host, run)]) {
    const text = await host.readFile(path).catch(() => undefined);
    const timetable = text === undefined ? undefined : parseTimetable(text);
    if (timetable) return timetable;
  }
  return undefined;
}

/**
 * Notes which run of this cluster is the first one, whatever becomes of it. After one that failed the next does only what
 * is left, so its times tell another cluster nothing.
 */
export async function noteFirstRun(host: Host, folders: ClusterFolders, run: Run): Promise<void> {
  const path = firstRunFile(folders, run);
  try {
    if ((await host.readFile(path)) === undefined) await host.writeFile(path, run.jobKey);
  } catch {
    return;
  }
}

/** Keeps the times of a run that came to its end, in place of older ones. */
export async function keepPlaybookTimes(
  host: Host,
  { folders, run, timetable }: { folders: ClusterFolders; run: Run; timetable: Timetable },
): Promise<void> {
  const text = timetableText(timetable);
  if (text === undefined) return;
  try {
    const isFirst =
      (await host.readFile(ownFile(folders, run))) === undefined &&
      (await host.readFile(firstRunFile(folders, run))) === run.jobKey;
    if (isFirst) await host.writeFile(sharedFile(host, run), text);
    await host.writeFile(ownFile(folders, run), text);
  } catch {
    return;
  }
}

function ownFile({ root }: ClusterFolders, run: Run): string {
  return `${root}/playbook-times/${fileName(run)}`;
}

function firstRunFile(folders: ClusterFolders, run: Run): string {
  return `${ownFile(folders, run)}.first`;
}

function sharedFile({ stateFolder }: Host, run: Run): string {
  return `${stateFolder}/playbook-times/${fileName(run)}`;
}

function fileName({ release, playbook }: Run): string {
  return `${release}-${playbook}.json`.replace(/[^A-Za-z0-9._-]/g, '_');
}
