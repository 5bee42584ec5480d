import { join } from 'node:path';

import { cacheFolder } from '../local/cache-folder.js';

/** Where images and saved states are kept, each in a folder named by the digest of what it is made of. */
export function imagesFolder(): string {
  return join(cacheFolder(), 'lab-images');
}

/** Where the state of labs is kept, a folder each, unless a lab was given a folder of its own. */
export function labsFolder(): string {
  return join(cacheFolder(), 'labs');
}

/** Where the parts of the mirror are kept, each in a folder named by the digest of what it is made of. */
export function mirrorFolder(): string {
  return join(cacheFolder(), 'lab-mirror');
}
