import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const architecture = readFileSync('ARCHITECTURE.md', 'utf8');
const contract = readFileSync('src/protocol/steps.ts', 'utf8');

/** Every activity's name, from the interface that workflows call. */
const activities = [...contract.matchAll(/^ {2}([a-z][A-Za-z]+)\(input: /gm)].map((match) => match[1] ?? '');

const kebabCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

describe('ARCHITECTURE.md', () => {
  it('links only to files that exist', () => {
    const links = [...architecture.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(30);
    expect(links.filter((link) => !link.startsWith('https:') && !existsSync(link))).toEqual([]);
  });

  it.each(activities)('lets a reader find %s in one look', (name) => {
    const row = architecture.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${name}\``));
    expect(row).toMatch(new RegExp(`src/activities/(\\S+/)?${kebabCase(name)}\\.ts`));
  });
});
