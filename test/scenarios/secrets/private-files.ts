import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Permission bits, as `stat -c %a` prints them. */
export function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

/**
 * The files in a folder that somebody else could read: because of their own mode, and because every folder on the way to
 * them, this one included, lets others in.
 */
export function openToOthers(folder: string): string[] {
  if ((statSync(folder).mode & 0o011) === 0) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return openToOthers(path);
    return entry.isFile() && (statSync(path).mode & 0o044) !== 0 ? [path] : [];
  });
}
