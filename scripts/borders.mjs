/** `node scripts/borders.mjs`: draws what borders.js says into ARCHITECTURE.md, between the two marks. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { borders } from '../borders.js';

const page = fileURLToPath(new URL('../ARCHITECTURE.md', import.meta.url));
const begin = '<!-- borders -->';
const end = '<!-- /borders -->';

/**
 * The page with the drawing of these borders between its marks, instead of what stood there.
 * @throws Error when the page does not have both marks
 */
export function withDrawing(text, lists) {
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`ARCHITECTURE.md has no ${begin} … ${end}.`);
  return `${before}${begin}\n${drawingOf(lists)}\n${end}${after}`;
}

function drawingOf({ src, ...within }) {
  const parts = Object.entries(within).map(([list, folders]) =>
    ['<details>', `<summary>Within ${list}</summary>`, '', tableOf(list, folders), '', '</details>'].join(
      '\n',
    ),
  );
  return [flowchartOf(src), tableOf('src', src), ...parts].join('\n\n');
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

function tableOf(list, folders) {
  const titleOf = (name) => (name === '.' ? `${list} itself` : name);
  const rows = Object.entries(folders).map(([name, { what, imports }]) => {
    const path = name === '.' ? list : `${list}/${name}`;
    const others = imports.map(titleOf).join(', ');
    return `| [${titleOf(name)}](${path}) | ${what} | ${others || '–'} |`;
  });
  return ['| Folder | What | May import |', '|---|---|---|', ...rows].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(page, withDrawing(readFileSync(page, 'utf8'), borders));
}
