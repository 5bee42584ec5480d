import type { EditedText, UndoneText } from './fstab.js';
import { sameMdUuid } from './md-uuid.js';
import type { StorageTarget } from './storage-plan.js';

const mark = '# slipway: the array of step 7, so that it gets its name when the host starts';

/** What Debian's own mkconf writes besides arrays; used where there is no file yet. */
const defaults = 'HOMEHOST <system>\nMAILADDR root\n';

/** The array's stable name: /dev/md/0 for md0, as mkconf writes it. */
function arrayPath({ name }: StorageTarget['array']): string {
  return `/dev/md/${name.replace(/^md/, '')}`;
}

/** The line that gives the array its name when the host starts (step 7.9). */
export function arrayLine(array: StorageTarget['array']): string {
  return `ARRAY ${arrayPath(array)} metadata=1.2 UUID=${array.uuid}`;
}

/** Whether the text names the array by exactly one line, ours. Also used on the copy inside an initramfs. */
export function mdadmConfHolds(conf: string | null, array: StorageTarget['array']): boolean {
  const own = arrayLines(conf ?? '').filter(({ uuid }) => sameMdUuid(uuid, array.uuid));
  return own.length === 1 && own[0]?.text === arrayLine(array);
}

/** The mdadm.conf with one line for the array. The operator's own lines stay; a line by mkconf for it is replaced. */
export function editMdadmConf(conf: string | null, array: StorageTarget['array']): EditedText {
  const text = conf ?? defaults;
  if (mdadmConfHolds(text, array)) return { kind: 'text', text };
  const names = [arrayPath(array), array.device];
  const foreign = arrayLines(text).find(
    ({ device, uuid }) => names.includes(device) && !sameMdUuid(uuid, array.uuid),
  );
  if (foreign !== undefined) {
    return { kind: 'refused', why: `mdadm.conf gives the name to another array: "${foreign.text}"` };
  }
  const own = new Set(
    arrayLines(text)
      .filter(({ uuid }) => sameMdUuid(uuid, array.uuid))
      .map((line) => line.text),
  );
  const kept = text.split('\n').filter((line) => !own.has(line) && line !== mark);
  while (kept.at(-1) === '') kept.pop();
  return { kind: 'text', text: [...kept, '', mark, arrayLine(array), ''].join('\n') };
}

/** Whether step 7 has put its line in. One that mkconf has written for the same array has no mark. */
export function mdadmConfIsMarked(conf: string | null): boolean {
  return conf?.split('\n').includes(mark) ?? false;
}

/**
 * Undoes {@link editMdadmConf}.
 * @param before as it was before the edit: null where there was none, undefined where nobody knows
 */
export function undoMdadmConf({
  conf,
  before,
  array,
}: {
  readonly conf: string;
  readonly before: string | null | undefined;
  readonly array: StorageTarget['array'];
}): UndoneText {
  if (before !== undefined) {
    const edited = editMdadmConf(before, array);
    if (conf === before || (edited.kind === 'text' && edited.text === conf)) return { kind: 'exact' };
  }
  const kept = before?.split('\n') ?? [];
  const lines = conf.split('\n');
  const isOwn = (line: string) => (line === mark || line === arrayLine(array)) && !kept.includes(line);
  const foreign = lines.filter(
    (line, index) => !isOwn(line) && !(line === '' && lines[index + 1] === mark && isOwn(mark)),
  );
  if (foreign.length === lines.length) return { kind: 'untouched' };
  return { kind: 'lines', text: foreign.join('\n') };
}

function arrayLines(
  conf: string,
): readonly { readonly text: string; readonly device: string; readonly uuid: string }[] {
  return conf
    .split('\n')
    .filter((text) => /^ARRAY\s/i.test(text))
    .map((text) => ({
      text,
      device: text.trim().split(/\s+/)[1] ?? '',
      uuid: /\bUUID=(\S+)/i.exec(text)?.[1] ?? '',
    }));
}
