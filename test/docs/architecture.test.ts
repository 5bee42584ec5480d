import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kebabCase } from '../../src/cluster/text/kebab-case.js';
import { steps } from '../../src/protocol/steps.js';

const architecture = readFileSync('ARCHITECTURE.md', 'utf8');

/** The activities of documented steps, with their folders. */
const activities = Object.entries(steps).flatMap(([name, { title, folder }]) =>
  /^Steps? [0-9]/.test(title) ? [{ name, folder }] : [],
);

describe('ARCHITECTURE.md', () => {
  it('links only to files that exist', () => {
    const links = [...architecture.matchAll(/\]\(([^)#]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(30);
    expect(links.filter((link) => !link.startsWith('https:') && !existsSync(link))).toEqual([]);
  });

  it.each([
    ['5, 6, 7.13', 'kubespray/group-variables.ts'],
    ['7.3', 'storage/disk-selection.ts'],
    ['7.16', 'verification/noted-pods.ts'],
    ['8', 'rerun'],
    ['9', 'verification/kernel-parameters.ts'],
    ['10', 'network/firewall-rules.ts'],
  ])('says of step %s that it is decided in src/cluster/%s', (number, file) => {
    const row = architecture.split('\n').find((line) => line.startsWith(`| ${number} | `));
    expect(row, `ARCHITECTURE.md has no row for step ${number}`).toBeDefined();
    expect(row?.split(' | ')[2]).toContain(`(src/cluster/${file})`);
  });

  it.each(activities)('lets a reader find $name in one look', ({ name, folder }) => {
    const row = architecture.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${name}\``));
    expect(row, `ARCHITECTURE.md has no row for ${name}`).toBeDefined();
    expect(row).toContain(`src/activities/${folder}/${kebabCase(name)}.ts`);
  });
});
