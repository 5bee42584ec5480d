import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

/** Pieces that mean something to a terminal, to Markdown, HTML, a shell or YAML; together with any characters at all. */
const pieces = [
  ...['\u001b[2J', '\u001b]0;x\u0007', '\u001b]8;;http://x\u001b\\', '\u009b31m', '\u001b(0', '\u001b', '\r', '\n', '\t'],
  ...['\u202e', '\u2066', '\u200b', '\u0000', '\u007f', '\u2028', '\u0085', '\ufeff', '\u00a0', '\ud800'],
  ...['# ', '## ', '> ', '- ', '* ', '+ ', '1. ', '1) ', '- [ ] ', '===', '---', '***', '```', '~~~', '    ', '  \n'],
  ...['**', '__', '*', '_', '~~', '`', '[a](http://x)', '![a](x)', '[a]: http://x', '[^1]', '[^1]: x', '|', '\\', '&lt;', '&#60;'],
  ...['<b>', '</b>', '<!--', '<script>', '<?x', '<![CDATA[', 'http://x.org', 'www.x.org', 'https://', 'a@x.org', 'mailto:a@x.org', 'xmpp:a@x.org', 'ftp://x.org'],
  ...['$(id)', '`id`', '${x}', ';', '&&', "'", '"', ': ', '{{ x }}', '!!js', '*x', '&x', '$x$', '$$', ':+1:', '@name'],
]; // prettier-ignore

/** Text as nobody wants it to come from a host. */
export const hostile = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...pieces) },
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.constantFrom('a', 'b', ' ', '1', '.', '/', '(', ')'),
    ),
    { maxLength: 8 },
  ) // prettier-ignore
  .map((words) => words.join(''));

/** Of a tree of Markdown. */
export interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly children?: readonly Node[];
}

/** As GitHub and Temporal's UI read it. */
export const parse = (markdown: string): Node =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });

/** An address that leads where it says it does is allowed: GitHub's Markdown makes links of them even when escaped. */
function isPlain(node: Node): boolean {
  if (node.type === 'text') return true;
  return (
    node.type === 'link' && ['', 'http://', 'mailto:'].some((scheme) => node.url === scheme + textOf(node))
  );
}

/** The types of all nodes, without what they say: `root(paragraph(text))`. */
export function shapeOf({ type, children = [] }: Node): string {
  const shapes = children.map((child) => (isPlain(child) ? 'text' : shapeOf(child)));
  const runs = shapes.filter((shape, index) => shape !== 'text' || shapes[index - 1] !== 'text');
  return runs.length === 0 ? type : `${type}(${runs.join(' ')})`;
}

/** What a reader sees of it. */
export function textOf({ value, children = [] }: Node): string {
  return (value ?? '') + children.map(textOf).join('');
}

/** Characters that a terminal obeys. */
// eslint-disable-next-line no-control-regex -- these are what must not be there
export const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
