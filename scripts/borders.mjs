/** `node scripts/borders.mjs`: draws what borders.js says into two pages, between the two marks of each. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { borders } from '../borders.js';

const root = new URL('../', import.meta.url);
const begin = '<!-- borders -->';
const end = '<!-- /borders -->';

/** What each page shows, by its path: the folders of src, and the folders within those. */
export function drawingsOf({ src, ...within }) {
  const parts = Object.entries(within).map(
    ([list, folders]) => `## Within ${list}\n\n${tableOf(list, folders, '../')}`,
  );
  return {
    'ARCHITECTURE.md': `${flowchartOf(src)}\n\n${tableOf('src', src, '')}`,
    'docs/folders.md': parts.join('\n\n'),
  };
}

/**
 * The page with a drawing between its marks, instead of what stood there.
 * @throws Error when the page does not have both marks
 */
export function withDrawing(text, drawing) {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`The page has no ${begin} … ${end}.`);
  return `${before}${begin}\n\n${drawing}\n\n${end}${after}`;
}

/** One arrow for each import that does not follow from two others. */
function flowchartOf(folders) {
  const reaches = (from, to) => folders[from].imports.some((next) => next === to || reaches(next, to));
  const arrows = Object.entries(folders).flatMap(([from, { imports }]) =>
    imports
      .filter((to) => !imports.some((other) => other !== to && reaches(other, to)))
      .map((to) => `  ${from} --> ${to}`),
  );
  return ['```mermaid', 'flowchart TD', ...arrows, '```'].join('\n');
}

/** @param up the way from the page to the repository's root */
function tableOf(list, folders, up) {
  const titleOf = (name) => (name === '.' ? `${list} itself` : name);
  const rows = Object.entries(folders).map(([name, { what, imports }]) => {
    const path = name === '.' ? list : `${list}/${name}`;
    const others = imports.map(titleOf).join(', ');
    return `| [${titleOf(name)}](${up}${path}) | ${what} | ${others || '–'} |`;
  });
  return ['| Folder | What | May import |', '|---|---|---|', ...rows].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, drawing] of Object.entries(drawingsOf(borders))) {
    const page = new URL(path, root);
    writeFileSync(page, withDrawing(readFileSync(page, 'utf8'), drawing));
  }
}
