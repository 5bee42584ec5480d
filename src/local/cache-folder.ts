import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where downloads and builds are kept between runs; everything in it can be deleted at any time. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment['SLIPWAY_CACHE']) return environment['SLIPWAY_CACHE'];
  return join(environment['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'slipway');
}
