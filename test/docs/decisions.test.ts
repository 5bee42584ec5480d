import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deadLinks, readPage } from './page.js';

const folder = 'docs/decisions';

const files = readdirSync(folder)
  .filter((name) => name !== 'README.md')
  .sort();
const index = readFileSync(`${folder}/README.md`, 'utf8');

/** The index's rows: number, file, title. */
const rows = [...index.matchAll(/^\| \[(\d{4})\]\(([^)]+)\) \| ([^|]+) \| [^|]+[.] \|$/gm)].map(
  ([, number = '', file = '', title = '']) => ({ number, file, title }),
);

describe('the decisions', () => {
  it('are numbered from 0001 on, without a gap', () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files.map((name) => name.slice(0, 5))).toEqual(
      files.map((_, position) => `${String(position + 1).padStart(4, '0')}-`),
    );
    expect(files.filter((name) => !/^\d{4}(-[a-z0-9]+)+\.md$/.test(name))).toEqual([]);
  });

  it('are all in the index, and nothing else is', () => {
    expect(rows.map(({ file }) => file)).toEqual(files);
    expect(index.match(/^\| \[/gm)).toHaveLength(files.length);
    expect(rows.filter(({ number, file }) => !file.startsWith(`${number}-`))).toEqual([]);
  });

  it('have an index whose links lead to files', () => {
    expect(deadLinks(readPage(`${folder}/README.md`).links)).toEqual([]);
  });

  it.each(files)('%s', (file) => {
    const { sections, links } = readPage(`${folder}/${file}`);
    expect(sections.map(({ heading }) => heading)).toEqual([
      'Context',
      'Decision',
      'Consequences',
      'Guarded by',
    ]);
    expect(sections.filter(({ text }) => text.trim().length < 40)).toEqual([]);
    const [first = ''] = readFileSync(`${folder}/${file}`, 'utf8').split('\n', 1);
    expect(first).toBe(`# ${file.slice(0, 4)}: ${rows.find((row) => row.file === file)?.title ?? ''}`);
    expect(deadLinks(links)).toEqual([]);
  });

  it.each(files)('%s names tests, or says that there is none', (file) => {
    const guards = readPage(`${folder}/${file}`).sections.at(-1);
    const tests = (guards?.links ?? []).flatMap(({ path }) => path ?? []);
    const isGuarded = tests.some((path) => /^test\/.*\.test\.ts$/.test(path));
    expect(isGuarded || /\bno test\b/.test(guards?.text ?? '')).toBe(true);
  });
});
