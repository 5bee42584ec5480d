import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeBlock, escapeMarkdown } from '../../../src/cluster/text/markdown.js';
import { plainLines, plainText } from '../../../src/cluster/text/plain-text.js';
import { hostile, obeyed, parse, shapeOf, textOf } from '../../support/hostile.js';

/** For each place; more than 10,000 altogether. */
const runs = { numRuns: 1_200 };

describe('text from elsewhere', { timeout: 60_000 }, () => {
  it('is one line that no terminal obeys', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(plainText(text)).not.toMatch(obeyed);
        expect(plainText(text)).not.toContain('\n');
        expect(plainText(plainText(text))).toBe(plainText(text));
        expect(plainLines(text)).not.toMatch(obeyed);
      }),
      runs,
    );
  });

  it.each([
    ['in a paragraph', '', 'x ', ' x', 'root(paragraph(text))'],
    ['at the beginning of a list’s item', '- ', '', '', 'root(list(listItem(paragraph(text))))'],
    ['in a heading', '### ', 'x ', ' x', 'root(heading(text))'],
    ['in bold', '**', 'x', 'x', 'root(paragraph(strong(text)))'],
    ['at the beginning of a line', '', '', '', 'root(paragraph(text))'],
    ['after a line', 'x\n', '', '', 'root(paragraph(text))'],
  ])('is shown as it is by Markdown: %s', (where, mark, before, after, shape) => {
    fc.assert(
      fc.property(hostile, (text) => {
        const plain = plainText(text);
        fc.pre(plain !== '');
        const closing = mark === '**' ? mark : '';
        const tree = parse(`${mark}${before}${escapeMarkdown(text)}${after}${closing}`);
        expect(shapeOf(tree)).toBe(shape);
        expect(textOf(tree)).toBe(`${where === 'after a line' ? mark : ''}${before}${plain}${after}`);
      }),
      runs,
    );
  });

  it('stays in its cell of a table', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const tree = parse(`| a | b |\n|---|---|\n| ${escapeMarkdown(text)} | b |`);
        const cell = plainText(text) === '' ? 'tableCell' : 'tableCell(text)';
        const head = 'tableRow(tableCell(text) tableCell(text))';
        expect(shapeOf(tree)).toBe(`root(table(${head} tableRow(${cell} tableCell(text))))`);
        expect(textOf(tree)).toBe(`ab${plainText(text)}b`);
      }),
      runs,
    );
  });

  it('stays in its block of code', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const tree = parse(`${codeBlock(text)}\n\nafter`);
        expect(shapeOf(tree)).toBe('root(code paragraph(text))');
        expect(textOf(tree)).toBe(`${plainLines(text)}after`);
      }),
      runs,
    );
  });
});
