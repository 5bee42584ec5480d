import { deletingOf, oldCopyOf } from '../../../cluster/storage/data-places.js';
import type { StorageTarget } from '../../../cluster/storage/storage-plan.js';
import type { Host } from '../../../hosts/host.js';
import { sh } from '../../../hosts/script.js';
import type { OldDirectory } from '../../../cluster/storage/old-data.js';

/** Milliseconds; adding up the sizes of a big containerd directory takes its time. */
const longest = 600_000;

/** What is kept of the moved directories, with its size; also what is left of a deletion that was cut off. */
export async function lookForOldData(host: Host, { moves }: StorageTarget): Promise<readonly OldDirectory[]> {
  const places = moves.flatMap(({ from }) => [oldCopyOf(from), deletingOf(from)]);
  const { stdout } = await host.run(
    sh`for place in ${places}; do
  if [ -e "$place" ] || [ -L "$place" ]; then printf '%s %s\n' "$(du -sx -B1 "$place" | cut -f 1)" "$place"; fi
done`,
    { timeout: longest, what: 'look for the data from before the move' },
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [bytes = ''] = line.split(' ');
      return { path: line.slice(bytes.length + 1), bytes: Number(bytes) };
    });
}
