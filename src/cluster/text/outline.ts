import { codeBlock, escapeMarkdown } from './markdown.js';
import { plainLines, plainText } from './plain-text.js';

/** A line, with what belongs beneath it. */
export interface Item {
  readonly text: string;
  readonly items?: readonly Item[];
  /** Commands or output, shown as they are. */
  readonly code?: readonly string[];
}

/** A heading with lines beneath: the form in which plans and reports are put before people. */
export interface Section {
  readonly heading: string;
  readonly items: readonly Item[];
}

/**
 * For terminals. Every line is made plain here, at the last moment, so that nothing a host reported can be forgotten.
 */
export function outlineText(sections: readonly Section[]): string {
  return sections
    .map(({ heading, items }) => [plainText(heading), ...items.flatMap((item) => textOf(item, 1))].join('\n'))
    .join('\n\n');
}

function textOf({ text, items = [], code = [] }: Item, depth: number): string[] {
  const indent = '  '.repeat(depth);
  return [
    `${indent}${plainText(text)}`,
    ...linesOf(code).map((line) => `${indent}  ${line}`),
    ...items.flatMap((item) => textOf(item, depth + 1)),
  ];
}

function linesOf(code: readonly string[]): string[] {
  return code.flatMap((text) => plainLines(text).split('\n'));
}

/** For Temporal's UI. Every line is escaped here, for the same reason. */
export function outlineMarkdown(sections: readonly Section[]): string {
  return sections
    .map(({ heading, items }) =>
      [`**${escapeMarkdown(heading)}**`, '', ...items.flatMap((item) => markdownOf(item, 0))].join('\n'),
    )
    .join('\n\n');
}

function markdownOf({ text, items = [], code = [] }: Item, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const block = code.length === 0 ? [] : codeBlock(code.join('\n')).split('\n');
  return [
    `${indent}- ${escapeMarkdown(text)}`,
    ...block.map((line) => `${indent}  ${line}`),
    ...items.flatMap((item) => markdownOf(item, depth + 1)),
  ];
}

/** Names for one line: at most `limit`, then how many more there are. */
export function namesText(names: readonly string[], limit = 10): string {
  const more = names.length - limit;
  return more > 0 ? `${names.slice(0, limit).join(', ')} and ${more} more` : names.join(', ');
}
