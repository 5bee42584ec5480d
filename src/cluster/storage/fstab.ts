import type { Layout, StorageTarget } from './storage-plan.js';

/** A new text for a configuration file, or why it is left alone. */
export type EditedText =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'refused'; readonly why: string };

/** What the marked line of /etc/fstab tells about a step 7 that has begun: it survives every restart. */
export interface FstabRecord {
  readonly arrayName: string;
  readonly path: StorageTarget['path'];
  readonly layout: Layout;
  readonly mountPoint: string;
  readonly fileSystemUuid: string;
}

/** How a configuration file is put back as it was before step 7. */
export type UndoneText =
  /** Nothing of ours is in it. */
  | { readonly kind: 'untouched' }
  /** It differs from the backup by our own edit only: the backup's bytes are put back. */
  | { readonly kind: 'exact' }
  /** Somebody else has changed it since, or there is no backup: this text, which lacks our own lines and nothing else. */
  | { readonly kind: 'lines'; readonly text: string };

interface FstabLine {
  readonly text: string;
  readonly source: string;
  readonly mountPoint: string;
  /** Where this line has been written by Slipway: the mark without its leading `# `. */
  readonly mark: string | null;
}

/** The line by which the array's file system is mounted (step 7.7, trap T11), with its mark. */
export function arrayFstabLine({ array, fileSystem, mountPoint, path, layout }: StorageTarget): string {
  const options = fileSystem.mountOptions.join(',');
  const mark = `# slipway:${array.name}:${path}:${layout}`;
  return `UUID=${fileSystem.uuid} ${mountPoint} ${fileSystem.type} ${options} 0 2 ${mark}`;
}

/** The lines by which the moved directories appear in their old places; none in the root-dir layout. */
export function bindFstabLines({ array, layout, mountPoint, moves }: StorageTarget): readonly string[] {
  if (layout !== 'bind') return [];
  const options = `bind,nofail,x-systemd.requires-mounts-for=${mountPoint}`;
  return moves.map(({ from, to }) => `${to} ${from} none ${options} 0 0 # slipway-bind:${array.name}`);
}

/** The record in a marked line, or null where step 7 has not come as far as fstab. */
export function readFstabRecord(fstab: string): FstabRecord | null {
  for (const line of parseLines(fstab)) {
    const mark = /^slipway:(md[0-9]{1,3}):(fresh|migrate):(root-dir|bind)$/.exec(line.mark ?? '');
    if (mark === null || !line.source.startsWith('UUID=')) continue;
    return {
      arrayName: mark[1] ?? '',
      path: mark[2] === 'migrate' ? 'migrate' : 'fresh',
      layout: mark[3] === 'bind' ? 'bind' : 'root-dir',
      mountPoint: line.mountPoint,
      fileSystemUuid: line.source.slice('UUID='.length),
    };
  }
  return null;
}

/**
 * The fstab with exactly one marked line for the array, and with the binds' lines once they are wanted; everything
 * else stays as it is. Giving the result back in changes nothing.
 */
export function editFstab({
  fstab,
  target,
  binds,
}: {
  readonly fstab: string;
  readonly target: StorageTarget;
  /** Whether the binds' lines belong in already: only after the data has been switched. */
  readonly binds: boolean;
}): EditedText {
  const wanted = [arrayFstabLine(target), ...(binds ? bindFstabLines(target) : [])];
  const parsed = parseLines(fstab);
  const foreign = foreignLine(parsed, target);
  if (foreign !== undefined) {
    return { kind: 'refused', why: `/etc/fstab has a line of somebody else's: "${foreign.text.trim()}"` };
  }
  const keptBinds = binds ? [] : parsed.filter(({ mark }) => mark === `slipway-bind:${target.array.name}`);
  const lines = parsed.filter(({ mark }) => !isOwn(mark, target.array.name)).map(({ text }) => text);
  while (lines.at(-1) === '') lines.pop();
  const text = [...lines, ...wanted, ...keptBinds.map((line) => line.text), ''].join('\n');
  return { kind: 'text', text: hasExactly(parsed, wanted) ? fstab : text };
}

/**
 * Undoes {@link editFstab}.
 * @param fstab as it is now
 * @param before as it was before the edit: empty where there was none, undefined where nobody knows
 */
export function undoFstab({
  fstab,
  before,
  target,
}: {
  readonly fstab: string;
  readonly before: string | undefined;
  readonly target: StorageTarget;
}): UndoneText {
  const isEditOf = (text: string) =>
    [false, true].some((binds) => {
      const edited = editFstab({ fstab: text, target, binds });
      return edited.kind === 'text' && edited.text === fstab;
    });
  if (before !== undefined && (fstab === before || isEditOf(before))) return { kind: 'exact' };
  const lines = parseLines(fstab);
  const foreign = lines.filter(({ mark }) => !isOwn(mark, target.array.name));
  if (foreign.length === lines.length) return { kind: 'untouched' };
  return { kind: 'lines', text: foreign.map(({ text }) => text).join('\n') };
}

/** Whether each of these lines stands in the fstab exactly once, and no other line is marked for the array. */
export function fstabHolds(fstab: string, target: StorageTarget): boolean {
  const parsed = parseLines(fstab);
  const wanted = [arrayFstabLine(target), ...bindFstabLines(target)];
  const own = parsed.filter(({ mark }) => isOwn(mark, target.array.name));
  return own.length === wanted.length && hasExactly(parsed, wanted);
}

function foreignLine(lines: readonly FstabLine[], target: StorageTarget): FstabLine | undefined {
  const places = [target.mountPoint, ...bindPlaces(target)];
  return lines.find(
    ({ mark, mountPoint, source }) =>
      !isOwn(mark, target.array.name) &&
      (places.includes(mountPoint) || source === `UUID=${target.fileSystem.uuid}`),
  );
}

function bindPlaces({ layout, moves }: StorageTarget): readonly string[] {
  return layout === 'bind' ? moves.map(({ from }) => from) : [];
}

function isOwn(mark: string | null, arrayName: string): boolean {
  return mark !== null && (mark === `slipway-bind:${arrayName}` || mark.startsWith(`slipway:${arrayName}:`));
}

function hasExactly(lines: readonly FstabLine[], wanted: readonly string[]): boolean {
  return wanted.every((line) => lines.filter(({ text }) => text === line).length === 1);
}

function parseLines(fstab: string): readonly FstabLine[] {
  return fstab.split('\n').map((text) => {
    const [source = '', mountPoint = ''] = text.trim().startsWith('#') ? [] : text.trim().split(/\s+/);
    const mark = /# (slipway(?:-bind)?:\S+)$/.exec(text);
    return { text, source, mountPoint, mark: source === '' ? null : (mark?.[1] ?? null) };
  });
}
