import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fail } from './run-command.mjs';
import { root } from './setup.mjs';

/**
 * `node scripts/typical-times.mjs FILE`: makes of the times that a first run of a playbook left, in `playbook-times` of
 * Slipway's home, what the demo tells its time left by. Only long tasks are kept; those between count with the next one.
 */

/** Seconds from which on a task is long. */
const long = 2;

const [file] = process.argv.slice(2);
if (file === undefined) fail('Name a file of playbook-times: node scripts/typical-times.mjs FILE', 2);
const { plays } = JSON.parse(readFileSync(file, 'utf8'));

let between = 0;
const short = plays.map(({ play, tasks }) => ({
  play,
  tasks: tasks.flatMap(([task, seconds]) => {
    between += seconds;
    if (seconds < long) return [];
    const weight = Math.round(between * 10) / 10;
    between = 0;
    return [[task, weight]];
  }),
}));

const folder = join(root, 'lab', 'playbook-times');
mkdirSync(folder, { recursive: true });
const lines = short.map((play) => `  ${JSON.stringify(play).replaceAll('],[', '],\n    [')}`);
writeFileSync(join(folder, basename(file)), `{"plays":[\n${lines.join(',\n')}\n]}\n`);
