import { arrayLine } from '../cluster/mdadm-conf.js';
import type { StorageTarget } from '../cluster/storage-plan.js';
import type { Host } from '../hosts/host.js';
import { lines, sh, type Script } from '../hosts/script.js';
import type { Activities } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { notProven } from './refusals.js';
import { changed, runJob, step, unchanged, withHost } from './step.js';
import { storageJob } from './storage-job.js';

/**
 * Step 7.10: Regenerate initramfs so the new mdadm.conf gets there; without it the array comes back as /dev/md127.
 * The proof is a look into each new image. The images' digests are kept, so that a repetition need not look again.
 */
export function regenerateInitramfs(
  dependencies: Pick<Dependencies, 'hosts' | 'jobs'>,
): Activities['regenerateInitramfs'] {
  return step(({ host: reach, target, jobKey }) =>
    withHost(dependencies, reach, async (host) => {
      const before = await observeInitramfs(host, target);
      if (before === 'none') return unchanged('this machine starts without an initramfs');
      if (before === 'current') return unchanged('holds the array already');
      const job = storageJob(jobKey, regenerateScript(recordPath(host, target), target));
      await runJob(dependencies, host, job, 'regenerate the initramfs');
      if ((await observeInitramfs(host, target)) !== 'current') {
        throw notProven(host, 'The initramfs does not hold the array.', 'Run update-initramfs -c -k all.');
      }
      return changed('every image holds the line of the array');
    }),
  );
}

/** Whether every image is one that has been proven to hold the array. `none`: the machine has no kernel of its own. */
export async function observeInitramfs(
  host: Host,
  target: StorageTarget,
): Promise<'none' | 'current' | 'outdated'> {
  const record = recordPath(host, target);
  const { stdout } = await host.run(
    sh`set -- /boot/initrd.img-*
if [ ! -e "$1" ]; then echo none; exit 0; fi
for image; do
  if ! grep -qs "  $image\\$" ${record}; then echo outdated; exit 0; fi
done
if ! grep -qxF ${arrayLine(target.array)} /etc/mdadm/mdadm.conf; then echo outdated; exit 0; fi
if sha256sum --check --status ${record}; then echo current; else echo outdated; fi`,
    { what: 'compare the initramfs with what was proven' },
  );
  const answer = stdout.trim();
  return answer === 'none' || answer === 'current' ? answer : 'outdated';
}

function recordPath({ stateFolder }: Host, { array }: StorageTarget): string {
  return `${stateFolder}/storage/initramfs-${array.uuid.replaceAll(':', '')}`;
}

function regenerateScript(record: string, { array }: StorageTarget): Script {
  return lines(
    sh`set -eu
update-initramfs -c -k all
sync
looked=$(mktemp -d)
trap 'rm -rf "$looked"' EXIT
for image in /boot/initrd.img-*; do
  unmkinitramfs "$image" "$looked/image"
  if ! find "$looked/image" -path '*/etc/mdadm/mdadm.conf' -exec grep -qxF ${arrayLine(array)} {} \\; -print | grep -q .; then
    echo "$image does not hold the line of the array."
    exit 1
  fi
  rm -rf "$looked/image"
done
mkdir -p "$(dirname ${record})"
sha256sum /boot/initrd.img-* > ${`${record}.new`}
sync ${`${record}.new`}
mv -fT ${`${record}.new`} ${record}
sync`,
  );
}
