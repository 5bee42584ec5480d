import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

interface Place {
  readonly line: number;
}

/** Of a tree of Markdown. */
interface Node {
  readonly type: string;
  readonly depth?: number;
  readonly value?: string;
  readonly url?: string;
  readonly position?: { readonly start: Place; readonly end: Place } | undefined;
  readonly children?: readonly Node[];
}

/** A heading of the second level, and what stands beneath it. */
export interface Section {
  readonly heading: string;
  /** As it reads, without marks; code counts as its text. */
  readonly text: string;
  readonly links: readonly Link[];
}

export interface Link {
  readonly text: string;
  /** Path in the repository; null where it leads elsewhere. */
  readonly path: string | null;
  /** The heading that it leads to, as in `#the-heading`. */
  readonly anchor: string | null;
}

/** Some running text: a paragraph, also one of a list, or a cell of a table. */
export interface Passage {
  readonly text: string;
  /** Where it begins. */
  readonly line: number;
  /** Lines that it takes; a line that is too wide counts as the lines that it would fill. */
  readonly lines: number;
}

/** A page of the documentation, as a Markdown parser reads it. */
export interface Page {
  readonly sections: readonly Section[];
  readonly links: readonly Link[];
  readonly passages: readonly Passage[];
  /** Of its headings. */
  readonly anchors: readonly string[];
}

/** Characters in a line of prose. */
const width = 130;

/** @param path from the root of the repository */
export function readPage(path: string): Page {
  return parsePage(readFileSync(path, 'utf8'), path);
}

/** @param path where the text is, or would be; links are relative to it */
export function parsePage(text: string, path: string): Page {
  const root: Node = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const rows = text.split('\n');
  return {
    sections: sectionsOf(root, path),
    links: linksOf(root, path),
    passages: passagesOf(root, rows),
    anchors: anchorsOf(root),
  };
}

/** Links of a page or section that lead to no file. */
export function deadLinks(links: readonly Link[]): string[] {
  return links.flatMap(({ path }) => (path === null || existsSync(path) ? [] : [path]));
}

function sectionsOf({ children = [] }: Node, path: string): Section[] {
  const begins = children.flatMap((node, index) => (isHeading(node) && node.depth === 2 ? [index] : []));
  return begins.map((begin) => {
    const after = children.slice(begin + 1);
    const end = after.findIndex((node) => isHeading(node) && (node.depth ?? 0) <= 2);
    const nodes = end < 0 ? after : after.slice(0, end);
    const heading = children[begin];
    return {
      heading: heading === undefined ? '' : textOf(heading),
      text: nodes.map(textOf).join('\n'),
      links: nodes.flatMap((node) => linksOf(node, path)),
    };
  });
}

const isHeading = ({ type }: Node) => type === 'heading';

function linksOf(node: Node, page: string): Link[] {
  const below = (node.children ?? []).flatMap((child) => linksOf(child, page));
  if (node.url === undefined) return below;
  const [target = '', anchor = null] = node.url.split('#');
  const path = target === '' ? page : posix.join(posix.dirname(page), target);
  return [{ text: textOf(node), path: /^[a-z]+:/.test(target) ? null : path, anchor }];
}

/** As places that show Markdown make them of headings: small letters, without punctuation, numbered where there are two. */
function anchorsOf({ children = [] }: Node): string[] {
  const plain = children.filter(isHeading).map((heading) =>
    textOf(heading)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
  return plain.map((anchor, index) => {
    const before = plain.slice(0, index).filter((other) => other === anchor).length;
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

function passagesOf(node: Node, rows: readonly string[]): Passage[] {
  if (node.type !== 'paragraph' && node.type !== 'tableCell') {
    return (node.children ?? []).flatMap((child) => passagesOf(child, rows));
  }
  const line = node.position?.start.line ?? 1;
  const own = node.type === 'tableCell' ? [] : rows.slice(line - 1, node.position?.end.line);
  const lines = own.reduce((sum, row) => sum + Math.max(1, Math.ceil(row.length / width)), 0);
  return [{ text: textOf(node), line, lines }];
}

/** What a reader sees of it. */
function textOf({ type, value, children = [] }: Node): string {
  const separator = type === 'tableRow' || type === 'table' || type === 'list' ? '\n' : '';
  return (value ?? '') + children.map(textOf).join(separator);
}
