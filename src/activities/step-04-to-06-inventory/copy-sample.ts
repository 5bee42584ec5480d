import type { ClusterFolders } from '../../cluster/kubespray/folders.js';
import { listed } from '../../cluster/checks/checks.js';
import {
  digestsText,
  parseDigests,
  planSampleInventory,
  sameDigests,
  type Digests,
  type SamplePlan,
} from '../../cluster/kubespray/sample-inventory.js';
import { RefusedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { sh, type Script } from '../../hosts/script.js';
import type { InventoryInput } from '../../protocol/control-host-inputs.js';

/** Digests of the sample's files as they were copied. Ansible reads no file with this name. */
const record = '.slipway-sample';

interface Place {
  readonly host: Host;
  /** Of the checkout. */
  readonly sample: string;
  readonly inventory: string;
  readonly kubespray: string;
  readonly release: string;
}

type SampleInput = Pick<InventoryInput, 'release' | 'sampleInventory'>;

/**
 * "cp -rfp inventory/sample inventory/akash", and again what has changed in it when the checkout is another release: its
 * sample may name what the old one did not, and pin what the new one refuses. The inventory before stays beside.
 * @returns what was done, for the summary; undefined: nothing
 * @throws RefusedError when the checkout has no sample where the release should have it, or when a file was changed by
 * hand that the new sample has changed, too
 */
export async function copySample(
  host: Host,
  folders: ClusterFolders,
  input: SampleInput,
): Promise<string | undefined> {
  const place = placeOf(host, folders, input);
  const digests = await sampleOf(place, input.sampleInventory);
  const script = firstCopyScript(place, recordText(place.release, digests));
  const { stdout } = await host.run(script, { what: "copy Kubespray's sample inventory" });
  return stdout.trim() === 'copied' ? "a copy of Kubespray's sample" : await followSample(place, digests);
}

/**
 * Looks whether {@link copySample} would refuse, and changes nothing.
 * @throws RefusedError as it does
 */
export async function refuseEditedSample(
  host: Host,
  folders: ClusterFolders,
  input: SampleInput,
): Promise<void> {
  const place = placeOf(host, folders, input);
  const digests = await sampleOf(place, input.sampleInventory);
  const { exitCode } = await host.run(sh`test -d ${`${place.inventory}/group_vars`}`, {
    what: `look for ${place.inventory}`,
    accept: [0, 1],
  });
  if (exitCode === 0) await planOfSample(place, digests);
}

function placeOf(
  host: Host,
  { kubespray, inventory }: ClusterFolders,
  { release, sampleInventory }: SampleInput,
): Place {
  return { host, sample: `${kubespray}/${sampleInventory}`, inventory, kubespray, release };
}

async function sampleOf(place: Place, sampleInventory: string): Promise<Digests> {
  const { host, release } = place;
  const digests = await digestsOf(host, place.sample);
  if ([...digests.keys()].some((path) => path.startsWith('group_vars/'))) return digests;
  throw new RefusedError(
    `The checkout of Kubespray on ${host.name} has no ${sampleInventory}/group_vars, where ${release} has its sample.`,
    {
      host: host.name,
      advice: 'Name a kubespray.repository and ref that hold Kubespray of this release.',
    },
  );
}

/** Whole or not at all: a folder beside, then renamed. Ends a change of the sample that was cut off between its renames. */
function firstCopyScript({ sample, inventory }: Place, text: string): Script {
  const [part, next] = [`${inventory}.part`, `${inventory}.next`];
  return sh`if [ ! -e ${inventory} ] && [ -d ${next} ]; then mv -T ${next} ${inventory}; fi
if [ -d ${`${inventory}/group_vars`} ]; then echo present; exit; fi
rm -rf ${part}
cp -Rp ${sample} ${part}
printf '%s' ${text} > ${`${part}/${record}`}
sync -f ${part}
mv -T ${part} ${inventory}
sync -f ${inventory}
echo copied`;
}

async function followSample(place: Place, sample: Digests): Promise<string | undefined> {
  const { host, inventory, release } = place;
  const plan = await planOfSample(place, sample);
  if (plan === undefined) return undefined;
  if (plan.write.length === 0 && plan.remove.length === 0) {
    await host.writeFile(`${inventory}/${record}`, recordText(release, sample));
    return undefined;
  }
  const script = changeSampleScript(place, { ...plan, recordText: recordText(release, sample) });
  const { stdout } = await host.run(script, { what: "follow Kubespray's sample inventory" });
  return `Kubespray's sample of ${release} (what was there before is in ${stdout.trim()})`;
}

/**
 * What another sample changes in the inventory; undefined where it is the one that was copied.
 * @throws RefusedError for files that were changed by hand and in the sample, too
 */
async function planOfSample(place: Place, sample: Digests): Promise<SamplePlan | undefined> {
  const { host, inventory } = place;
  const text = await host.readFile(`${inventory}/${record}`);
  const recorded = text === undefined ? undefined : parseDigests(text);
  if (recorded !== undefined && sameDigests(recorded, sample)) return undefined;
  const plan = planSampleInventory({
    sample,
    recorded,
    inventory: await digestsOf(host, inventory),
    pristine: recorded === undefined ? await pristineFiles(place) : new Set(),
  });
  if (plan.edited.length > 0) throw editedByHand(place, plan.edited, recorded !== undefined);
  return plan;
}

function recordText(release: string, sample: Digests): string {
  return digestsText(`Kubespray's sample inventory of ${release}, as it was copied.`, sample);
}

async function digestsOf(host: Host, folder: string): Promise<Digests> {
  const { stdout } = await host.run(
    sh`if [ -d ${folder} ]; then cd ${folder}; find . -type f -exec sha256sum {} +; fi`,
    { what: `look at ${folder}` },
  );
  return parseDigests(stdout);
}

/** The repository on the control host keeps what was checked out before, so Git knows each file that is Kubespray's own. */
async function pristineFiles({ host, inventory, kubespray }: Place): Promise<ReadonlySet<string>> {
  const script = sh`cd ${inventory}
find . -type f | while IFS= read -r path; do
  blob=$(git hash-object --no-filters -- "$path")
  if git -C ${kubespray} cat-file -e "$blob" 2>/dev/null; then printf '%s\n' "\${path#./}"; fi
done`;
  const { stdout } = await host.run(script, { what: `compare ${inventory} with Kubespray's repository` });
  return new Set(stdout.split('\n').filter((path) => path !== ''));
}

/**
 * A copy with the changes beside, then two renames: the inventory is the old or the new one, or, between the renames, not
 * there with a complete new one beside it, which the next attempt puts in place. Prints where the old one is.
 */
export function changeSampleScript(
  { sample, inventory }: Pick<Place, 'sample' | 'inventory'>,
  { write, remove, recordText }: Pick<SamplePlan, 'write' | 'remove'> & { readonly recordText: string },
): Script {
  const [part, next] = [`${inventory}.part`, `${inventory}.next`];
  return sh`rm -rf ${part} ${next}
cp -Rp ${inventory} ${part}
cd ${part}
for path in ${remove}; do rm -f "./$path"; done
for path in ${write}; do
  mkdir -p "$(dirname "./$path")"
  cp -p ${sample}/"$path" "./$path"
done
printf '%s' ${recordText} > ${record}
sync -f ${part}
mv -T ${part} ${next}
number=1
while [ -e ${inventory}.before-"$number" ]; do number=$((number + 1)); done
mv -T ${inventory} ${inventory}.before-"$number"
mv -T ${next} ${inventory}
sync -f ${inventory}
echo ${inventory}.before-"$number"`;
}

/** Before anything is done: without an edit of theirs the next playbook might change a cluster's network. */
function editedByHand(
  { host, inventory, release }: Place,
  paths: readonly string[],
  isSure: boolean,
): RefusedError {
  const why = isSure
    ? `were changed by hand, and Kubespray ${release} has other ones in its sample`
    : `are neither those of the sample of Kubespray ${release} nor of another release that this checkout has had`;
  return new RefusedError(`Files of ${inventory} on ${host.name} ${why}: ${listed(paths)}.`, {
    host: host.name,
    advice: `Put what you need of them into kubespray.variables of the specification, move them away, and retry: the sample's of ${release} take their place.`,
  });
}
