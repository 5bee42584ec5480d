import { plainLines, plainText } from './plain-text.js';

/**
 * One line of text as Markdown that shows exactly that text: no markup, link, image, HTML or table cell can come out
 * of it. Works at the beginning of a line too.
 */
export function escapeMarkdown(text: string): string {
  return plainText(text)
    .replace(/[\\`*_[\]<>|~#&!$]/g, '\\$&')
    .replaceAll('://', ':\\//')
    .replace(/www\./gi, (found) => `${found.slice(0, -1)}\\.`)
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/** Text of several lines as a fenced block; the fence is longer than any in the text. */
export function codeBlock(text: string): string {
  const plain = plainLines(text);
  const longest = Math.max(0, ...[...plain.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}\n${plain}\n${fence}`;
}
