import { homedir } from 'node:os';
import { join } from 'node:path';

/** The product's cache: `$SLIPWAY_CACHE`, else `${XDG_CACHE_HOME:-~/.cache}/slipway`. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['SLIPWAY_CACHE']) return environment['SLIPWAY_CACHE'];
  return join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'slipway');
}

/** Where images and saved states are kept, each in a folder named by the digest of what it is made of. */
export function imagesFolder(): string {
  return join(cacheFolder(), 'lab-images');
}

/** Where the state of labs is kept, a folder each, unless a lab was given a folder of its own. */
export function labsFolder(): string {
  return join(cacheFolder(), 'labs');
}
