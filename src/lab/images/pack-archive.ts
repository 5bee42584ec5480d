import { readdir } from 'node:fs/promises';

import { command } from '../command.js';

/** Nothing of them differs from one day or machine to the next. */
const sameEachTime = [
  '--sort=name',
  '--mtime=@0',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--format=ustar',
];

/** Packs a folder with all beneath it; the same content always gives the same bytes. */
export async function packFolder(folder: string, target: string): Promise<void> {
  await command('tar', [...sameEachTime, '-C', folder, '-cf', target, '.'], { what: `pack ${target}` });
}

/** The same, compressed, and without an entry for the folder itself, whose owner and mode nobody shall take over. */
export async function packArchive(folder: string, target: string): Promise<void> {
  const names = (await readdir(folder)).sort();
  const words = [...sameEachTime, '-C', folder, '-I', 'gzip -n -1', '-cf', target, ...names];
  await command('tar', words, { what: `pack ${target}` });
}
