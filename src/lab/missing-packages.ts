import { stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';

/** A program that is looked for in PATH, or an absolute path; and the Debian and Ubuntu package that has it. */
export type Need = readonly [programOrPath: string, package_: string];

/** The packages that have to be installed, each once. */
export async function missingPackages(needs: readonly Need[]): Promise<string[]> {
  const folders = (process.env['PATH'] ?? '').split(':');
  const missing = new Set<string>();
  for (const [need, package_] of needs) {
    const places = isAbsolute(need) ? [need] : folders.map((folder) => `${folder}/${need}`);
    if (!(await Promise.all(places.map(exists))).includes(true)) missing.add(package_);
  }
  return [...missing];
}

/** The command that installs them. */
export function aptLine(packages: readonly string[]): string {
  return `apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
