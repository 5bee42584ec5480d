import { createHash } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { withFileLock } from '../../local/file-lock.js';
import { imagesFolder } from '../folders.js';

/** Tells what an image is doing while it is built: one line for a person. */
export type OnProgress = (line: string) => void;

/** Something that is built once and kept under the digest of all it is made of. */
export interface ImageRecipe {
  /** The kind of image, the first part of its folder's name: [a-z-]+. */
  readonly kind: string;
  /** Everything that decides what comes out; another value is another image. */
  readonly ingredients: unknown;
  /** Builds into a folder that exists and is empty. */
  build(folder: string, onProgress: OnProgress): Promise<void>;
  /** Ends what a killed build may have left running in its folder. */
  abandon?(folder: string): Promise<void>;
}

/** The folder's name of an image: its kind and the start of a digest over its ingredients. */
export function imageKey(recipe: Pick<ImageRecipe, 'kind' | 'ingredients'>): string {
  const digest = createHash('sha256').update(JSON.stringify(recipe.ingredients)).digest('hex');
  return `${recipe.kind}-${digest.slice(0, 16)}`;
}

/**
 * The folder of a finished image, built now if it is not there. Two processes never build the same one: the second waits
 * for the first. A build that fails or is killed leaves nothing that looks finished.
 * @param cache where finished ones are kept; default: with the images of machines
 */
export async function ensureImage(
  recipe: ImageRecipe,
  onProgress: OnProgress = () => undefined,
  cache = imagesFolder(),
): Promise<string> {
  const key = imageKey(recipe);
  const finished = join(cache, key);
  if (await exists(finished)) return finished;
  return withFileLock(join(cache, `${recipe.kind}.lock`), async () => {
    if (await exists(finished)) return finished;
    await removeUnfinished(recipe, cache);
    const building = join(cache, `.building-${key}`);
    await mkdir(building, { recursive: true });
    try {
      await recipe.build(building, onProgress);
      await rename(building, finished);
    } catch (error) {
      await recipe.abandon?.(building);
      await rm(building, { recursive: true, force: true });
      throw error;
    }
    return finished;
  });
}

/** The folder of a finished image; undefined while it is not built. */
export async function findImage(
  recipe: Pick<ImageRecipe, 'kind' | 'ingredients'>,
  cache = imagesFolder(),
): Promise<string | undefined> {
  const finished = join(cache, imageKey(recipe));
  return (await exists(finished)) ? finished : undefined;
}

/** What a killed build has left; called under the kind's lock, so nobody else is building there. */
async function removeUnfinished(recipe: ImageRecipe, cache: string): Promise<void> {
  const ofThisKind = new RegExp(`^\\.building-${recipe.kind}-[0-9a-f]+$`);
  const names = await readdir(cache);
  for (const name of names.filter((each) => ofThisKind.test(each))) {
    const folder = join(cache, name);
    await recipe.abandon?.(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
