import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { describe, expect, it } from 'vitest';
import { codeBlock, escapeMarkdown } from '../../src/cluster/markdown.js';
import { plainLines, plainText } from '../../src/cluster/plain-text.js';

/** Pieces that mean something to a terminal, to Markdown, HTML, a shell or YAML; together with any characters at all. */
const pieces = [
  ...['\u001b[2J', '\u001b]0;x\u0007', '\u001b]8;;http://x\u001b\\', '\u009b31m', '\u001b(0', '\u001b', '\r', '\n', '\t'],
  ...['\u202e', '\u2066', '\u200b', '\u0000', '\u007f', '\u2028', '\u0085', '\ufeff', '\u00a0', '\ud800'],
  ...['# ', '## ', '> ', '- ', '* ', '+ ', '1. ', '1) ', '- [ ] ', '===', '---', '***', '```', '~~~', '    ', '  \n'],
  ...['**', '__', '*', '_', '~~', '`', '[a](http://x)', '![a](x)', '[a]: http://x', '[^1]', '[^1]: x', '|', '\\', '&lt;', '&#60;'],
  ...['<b>', '</b>', '<!--', '<script>', '<?x', '<![CDATA[', 'http://x.org', 'www.x.org', 'https://', 'a@x.org', 'mailto:a@x.org', 'xmpp:a@x.org', 'ftp://x.org'],
  ...['$(id)', '`id`', '${x}', ';', '&&', "'", '"', ': ', '{{ x }}', '!!js', '*x', '&x', '$x$', '$$', ':+1:', '@name'],
]; // prettier-ignore

const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...pieces) },
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('a', 'b', ' ', '1', '.', '/', '(', ')'),
    ),
    { maxLength: 8 },
  ) // prettier-ignore
  .map((words) => words.join(''));

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly children?: readonly Node[];
}

const parse = (markdown: string): Node =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

/** An address that leads where it says it does is allowed: GitHub's Markdown makes links of them even when escaped. */
function isPlain(node: Node): boolean {
  if (node.type === 'text') return true;
  return (
    node.type === 'link' && ['', 'http://', 'mailto:'].some((scheme) => node.url === scheme + textOf(node))
  );
}

/** The types of all nodes, without what they say: `root(paragraph(text))`. */
function shapeOf({ type, children = [] }: Node): string {
  const shapes = children.map((child) => (isPlain(child) ? 'text' : shapeOf(child)));
  const runs = shapes.filter((shape, index) => shape !== 'text' || shapes[index - 1] !== 'text');
  return runs.length === 0 ? type : `${type}(${runs.join(' ')})`;
}

function textOf({ value, children = [] }: Node): string {
  return (value ?? '') + children.map(textOf).join('');
}

/** For each place; more than 10,000 altogether. */
const runs = { numRuns: 1_200 };
// eslint-disable-next-line no-control-regex -- these are what must not be there
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

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
