import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { deadLinks, readPage } from './page.js';

const page = 'docs/traps.md';

/** Where a trap may be named by its number for somebody who then looks it up. */
const places = ['src', 'docs', 'README.md', 'ARCHITECTURE.md', 'deploy', 'lab'];

const { sections } = readPage(page);
const traps = sections.filter(({ heading }) => /^T[0-9]/.test(heading));
const numberOf = (heading: string) => /^T[0-9]+/.exec(heading)?.[0] ?? '';

/** The files of a place, without what programs have left there. */
function filesOf(place: string): string[] {
  if (statSync(place).isFile()) return [place];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.pyc'))
    .map(({ parentPath, name }) => `${parentPath}/${name}`);
}

const named = new Set(
  places
    .flatMap(filesOf)
    .filter((path) => path !== page)
    .flatMap((path) => readFileSync(path, 'utf8').match(/\bT[0-9]+\b/g) ?? []),
);

describe('the traps', () => {
  it('have one heading each, in order, that says what the trap is', () => {
    expect(traps.map(({ heading }) => numberOf(heading))).toEqual(traps.map((_, index) => `T${index + 1}`));
    expect(traps.filter(({ heading }) => !/^T[0-9]+: .{15}/.test(heading))).toEqual([]);
  });

  it('are all explained that are named in code or documents', () => {
    expect([...named].filter((name) => !traps.some(({ heading }) => numberOf(heading) === name))).toEqual([]);
    expect(named.size).toBeGreaterThan(15);
  });

  it('are all named where they are guarded against', () => {
    expect(traps.map(({ heading }) => numberOf(heading)).filter((name) => !named.has(name))).toEqual([]);
  });

  it.each(traps)('$heading', ({ text, links }) => {
    for (const label of ['What happens:', 'Releases:', 'Guard:', 'Test:']) expect(text).toContain(label);
    expect(deadLinks(links)).toEqual([]);
    const paths = links.flatMap(({ path }) => path ?? []);
    expect(paths.filter((path) => path.startsWith('src/'))).not.toEqual([]);
    expect(paths.filter((path) => /^test\/.*\.test\.ts$/.test(path))).not.toEqual([]);
  });
});
