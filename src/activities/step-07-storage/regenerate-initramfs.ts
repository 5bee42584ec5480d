import { arrayLine } from '../../cluster/storage/mdadm-conf.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import type { Host } from '../../hosts/host.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import type { Dependencies } from '../running/dependencies.js';
import { notProven } from '../running/refusals.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { storageJob } from './parts/storage-job.js';

/**
 * Step 7.10: Regenerate initramfs so the new mdadm.conf gets there; without it the array comes back as /dev/md127.
 * The proof is a look into each new image. The images' digests are kept, so that a repetition need not look again.
 */
export const regenerateInitramfs = hostStep(
  'regenerateInitramfs',
  async (host, { target, jobKey }, dependencies: Pick<Dependencies, 'jobs'>) => {
    const before = await observeInitramfs(host, target);
    if (before === 'none') return unchanged('this machine starts without an initramfs');
    if (before === 'current') return unchanged('holds the array already');
    const job = storageJob(jobKey, regenerateScript(host, target));
    await runJob(dependencies, host, job, 'regenerate the initramfs');
    if ((await observeInitramfs(host, target)) !== 'current') {
      throw notProven(host, 'The initramfs does not hold the array.', 'Run update-initramfs -c -k all.');
    }
    return changed('every image holds the line of the array');
  },
);

/** Whether every image is one that has been proven to hold the array. `none`: the machine has no kernel of its own. */
export async function observeInitramfs(
  host: Host,
  target: StorageTarget,
): Promise<'none' | 'current' | 'outdated'> {
  const { proven: record } = recordsOf(host, target);
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

/** Makes the images anew without the array's line, if they may have it, once mdadm.conf is as it was. */
export function undoInitramfsScript(host: Host, target: StorageTarget): Script {
  const { proven, begun } = recordsOf(host, target);
  return lines(
    sh`if [ -e ${proven} ] || [ -e ${begun} ]; then`,
    makeImages,
    lookIntoImages(
      target,
      sh`if holds "$looked/image"; then
    echo "$image still holds the line of the array."
    exit 1
  fi`,
    ),
    sh`  rm -f ${proven} ${begun}
  sync
fi`,
  );
}

/** Digests of images that were proven, and a mark that images with the line may be there, proven or not. */
function recordsOf(
  { stateFolder }: Host,
  { array }: StorageTarget,
): { readonly proven: string; readonly begun: string } {
  const proven = `${stateFolder}/storage/initramfs-${array.uuid.replaceAll(':', '')}`;
  return { proven, begun: `${proven}.begun` };
}

/** Prints a sentence when images may hold the array's line; to be asked after mdadm.conf was put back. */
export function initramfsTraceScript(host: Host, target: StorageTarget): Script {
  const { proven, begun } = recordsOf(host, target);
  return sh`if [ -e ${proven} ] || [ -e ${begun} ]; then echo 'The initramfs may hold the array.'; fi`;
}

function regenerateScript(host: Host, target: StorageTarget): Script {
  const { proven, begun } = recordsOf(host, target);
  return lines(
    sh`set -eu
mkdir -p "$(dirname ${begun})"
touch ${begun}
sync`,
    makeImages,
    lookIntoImages(
      target,
      sh`if ! holds "$looked/image"; then
    echo "$image does not hold the line of the array."
    exit 1
  fi`,
    ),
    sh`sha256sum /boot/initrd.img-* > ${`${proven}.new`}
sync ${`${proven}.new`}
mv -fT ${`${proven}.new`} ${proven}
sync`,
  );
}

const makeImages: Script = sh`update-initramfs -c -k all
sync`;

/** Unpacks each image to "$looked/image"; `holds` tells there whether the array's line is in it. */
function lookIntoImages({ array }: StorageTarget, judge: Script): Script {
  return sh`holds() {
  find "$1" -path '*/etc/mdadm/mdadm.conf' -exec grep -qxF ${arrayLine(array)} {} \\; -print | grep -q .
}
looked=$(mktemp -d)
trap 'rm -rf "$looked"' EXIT
for image in /boot/initrd.img-*; do
  unmkinitramfs "$image" "$looked/image"
  ${judge}
  rm -rf "$looked/image"
done`;
}
