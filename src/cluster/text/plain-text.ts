/**
 * What hosts report (a disk's model, a unit's last words) is shown in terminals and in Temporal's UI. It is text from
 * elsewhere and must not be obeyed there.
 */

const escape = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);

/** Sequences that a terminal obeys: colours, cursor (CSI), window title and links (OSC), and the short ones. */
const terminalSequences = new RegExp(
  [
    `${escape}\\[[0-?]*[ -/]*[@-~]`,
    `${escape}\\][^${bell}${escape}]*(?:${bell}|${escape}\\\\)?`,
    `${escape}[ -/]*[0-~]?`,
  ].join('|'),
  'g',
);

/** Control characters, line separators, and marks that turn the direction of what follows. */
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

/** One line of text that is safe to print: terminal sequences are gone, every white space is a single space. */
export function plainText(text: string): string {
  return text
    .replace(terminalSequences, '')
    .replace(/\s+/g, ' ')
    .replace(invisible, '')
    .replace(/ +/g, ' ')
    .trim();
}

/** As {@link plainText}, with the lines kept. */
export function plainLines(text: string): string {
  return text
    .replace(terminalSequences, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll('\t', '    ').replace(invisible, '').trimEnd())
    .join('\n');
}
