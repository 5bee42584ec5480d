import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/cli/terminal/exit-codes.js';
import { plainVariables } from '../../src/local/environment.js';
import { deadLinks, readPage } from './page.js';

const path = 'docs/operations.md';
const page = readPage(path);
const section = (heading: string) => page.sections.find((one) => one.heading === heading)?.text ?? '';

/** The first column of a section's table. */
const firstCells = (heading: string) =>
  readFileSync(path, 'utf8')
    .split(`## ${heading}\n`, 2)
    .at(1)
    ?.split('\n## ', 1)[0]
    ?.match(/^\| [^|]+/gm)
    ?.map((cell) => cell.slice(2).trim())
    .slice(1);

/** Names of the environment that the code asks for; the lab is for trials only. */
const asked = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.name.endsWith('.ts') && !entry.parentPath.startsWith('src/lab'))
  .flatMap(({ parentPath, name }) => [
    ...readFileSync(`${parentPath}/${name}`, 'utf8').matchAll(/\benv(?:ironment)?\['([A-Z_]+)'\]/g),
  ])
  .map((match) => match[1] ?? '');

describe('the page for operators', () => {
  it('has every exit code, and no other', () => {
    expect(firstCells('Exit codes')).toEqual(Object.values(exitCodes).map(String));
  });

  it('has every variable of the environment that is read or handed on', () => {
    expect(asked).toContain('SLIPWAY_HOME');
    expect(asked.length).toBeGreaterThan(5);
    const words = new Set(section('Environment variables').match(/\w+/g));
    expect([...asked, ...plainVariables].filter((name) => !words.has(name))).toEqual([]);
  });

  it('links only to files that exist', () => {
    expect(page.links.length).toBeGreaterThan(5);
    expect(deadLinks(page.links)).toEqual([]);
  });
});
