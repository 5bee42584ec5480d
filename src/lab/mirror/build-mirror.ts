import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { withFileLock } from '../../local/file-lock.js';
import { mirrorFolder } from '../folders.js';
import { ensureImage, findImage, type ImageRecipe, type OnProgress } from '../images/ensure-image.js';
import { GoBuilder } from '../kubernetes/go-builder.js';
import { debianTools } from './debian-tools.js';
import type { MirrorRelease } from './mirror-part.js';
import { partRecipe, type PartWorkshop } from './part-recipe.js';

export interface BuildMirrorOptions {
  /** Told one line at a time. */
  readonly onProgress?: OnProgress;
  /** How many packages Go compiles at a time. Default 2. */
  readonly jobs?: number;
}

/**
 * Builds every part of a release that is not in the cache yet, one after the other. One that was cut off begins with the
 * part it was at: those before are kept, and so is what Go had compiled. Go's caches are dropped when all is there.
 * @throws LabError with the part that cannot be built
 */
export async function buildMirror(
  release: MirrorRelease,
  { onProgress = () => undefined, jobs }: BuildMirrorOptions = {},
): Promise<void> {
  const cache = mirrorFolder();
  const goFolder = join(cache, 'go');
  const workshop = partWorkshop(goFolder, { jobs, onProgress });
  const wait = () => {
    onProgress('Another build of the mirror is running; this one waits for its end.');
  };
  await withFileLock(
    join(cache, 'build.lock'),
    async () => {
      const recipes = release.parts.map((part) => ({ part, recipe: partRecipe(part, workshop) }));
      await buildInOrder(
        recipes.map(({ part, recipe }) => ({ title: `${part.name} ${part.version}`, recipe })),
        { cache, onProgress },
      );
      await rm(goFolder, { recursive: true, force: true });
    },
    wait,
  );
}

interface TitledRecipe {
  readonly title: string;
  readonly recipe: ImageRecipe;
}

/** Builds what is missing, telling of each how many are left. */
export async function buildInOrder(
  all: readonly TitledRecipe[],
  { cache, onProgress }: { readonly cache: string; readonly onProgress: OnProgress },
): Promise<void> {
  const missing: TitledRecipe[] = [];
  for (const each of all) {
    if ((await findImage(each.recipe, cache)) === undefined) missing.push(each);
  }
  for (const [index, { title, recipe }] of missing.entries()) {
    const began = Date.now();
    onProgress(`${title}: building; ${missing.length - index} of ${all.length} parts are left`);
    await ensureImage(recipe, (line) => onProgress(`  ${line}`), cache);
    onProgress(`${title}: ready after ${Math.round((Date.now() - began) / 1000)} s`);
  }
}

/** Go's caches are a folder of their own, unless the environment names others, which are kept. */
function partWorkshop(
  folder: string,
  { jobs, onProgress }: { readonly jobs: number | undefined; readonly onProgress: OnProgress },
): PartWorkshop {
  const builder = new GoBuilder({
    what: "the lab's mirror",
    cache: process.env['GOCACHE'] ?? join(folder, 'build'),
    moduleCache: process.env['GOMODCACHE'] ?? join(folder, 'modules'),
    ...(jobs !== undefined && { jobs }),
  });
  return { builder, tools: () => ensureImage(debianTools(), onProgress, mirrorFolder()) };
}
