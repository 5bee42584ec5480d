import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePage, readPage, type Link, type Page } from './page.js';

/** Made by programs, and by others. */
const foreign = ['.git', 'coverage', 'dist', 'node_modules'];

function pagesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return foreign.includes(entry.name) ? [] : pagesIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}

const pages = new Map(pagesIn('.').map((path) => [path, readPage(path)] as const));

/** What is wrong with each link that leads nowhere. */
function deadEnds({ links }: Page, known: ReadonlyMap<string, Page>): string[] {
  return links.flatMap(({ path, anchor }) => {
    if (path === null) return [];
    if (!known.has(path) && !existsSync(path)) return [`${path} is not there`];
    const isThere = anchor === null || known.get(path)?.anchors.includes(anchor);
    return isThere ? [] : [`${path} has no heading #${anchor}`];
  });
}

/** Links that bear the name of another file than the one that they lead to. */
function misnamed({ links }: Page): string[] {
  return links
    .filter(
      ({ text, path }) =>
        path !== null && /^[\w.-]+\.(ts|md|py)$/.test(text) && posix.basename(path) !== text,
    )
    .map(({ text, path }) => `${text} leads to ${path}`);
}

function reachableFrom(start: string, known: ReadonlyMap<string, Page>): Set<string> {
  const reached = new Set([start]);
  for (const path of reached) {
    const links: readonly Link[] = known.get(path)?.links ?? [];
    for (const { path: next } of links) if (next !== null && known.has(next)) reached.add(next);
  }
  return reached;
}

describe('the links of every page', () => {
  it.each([...pages.keys()])('%s', (path) => {
    const page = readPage(path);
    expect(deadEnds(page, pages)).toEqual([]);
    expect(misnamed(page)).toEqual([]);
  });

  it('lead from README.md to every page of docs', () => {
    const reached = reachableFrom('README.md', pages);
    const all = [...pages.keys()].filter((path) => path.startsWith('docs/'));
    expect(all.length).toBeGreaterThan(40);
    expect(all.filter((path) => !reached.has(path))).toEqual([]);
  });
});

describe('the measure of links', () => {
  const page = (text: string) => parsePage(text, 'docs/page.md');

  it('finds files and headings that are not there, also in the page itself', () => {
    const own = page(
      '# A `b`, c\n\n## Twice\n\n## Twice\n\n[a](#a-b-c) [b](#twice-1) [c](#gone) [d](glossary.md) [e](../gone.ts) [f](https://x.org/#y)\n',
    );
    expect(deadEnds(own, new Map([['docs/page.md', own]]))).toEqual([
      'docs/page.md has no heading #gone',
      'gone.ts is not there',
    ]);
  });

  it('finds a link that bears the name of another file', () => {
    expect(misnamed(page('[a.ts](../src/a.ts) [a.ts](../src/b.ts) [what it is](b.ts)\n'))).toEqual([
      'a.ts leads to src/b.ts',
    ]);
  });
});
