import { expect, it } from 'vitest';
import { deadLinks, readPage } from './page.js';

it('the glossary links only to files that exist', () => {
  const { links } = readPage('docs/glossary.md');
  expect(links.length).toBeGreaterThan(20);
  expect(deadLinks(links)).toEqual([]);
});
