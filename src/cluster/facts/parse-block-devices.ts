import { z } from 'zod';
import { heldExclusively, type BlockDevice, type Mount, type RaidArray } from './facts.js';
import { blocksOf, type FactsSections, jsonOf, linesOf, pairsOf } from './sections.js';

/** Older lsblk writes numbers and booleans as text. */
const flag = z.union([z.boolean(), z.string()]).transform((value) => value === true || value === '1');
const word = z
  .string()
  .nullish()
  .transform((value) => (value === undefined || value === null || value.trim() === '' ? null : value.trim()));

/** By what a disk is told from all others. One that holds control characters can be compared with nothing. */
const identity = word.transform((value) => (value === null || /\p{Cc}/u.test(value) ? null : value));

/** A device as lsblk tells of it, with what is built upon it. */
export const treeSchema = z.object({
  name: z.string(),
  kname: z.string(),
  'maj:min': z.string(),
  type: z.string(),
  size: z.coerce.number(),
  serial: identity,
  wwn: identity,
  model: word,
  tran: word,
  rota: flag,
  rm: flag,
  ro: flag,
  fstype: word,
  uuid: word,
  pttype: word,
  get children() {
    return z.array(treeSchema).optional();
  },
});
type Tree = z.infer<typeof treeSchema>;

const mountTableSchema = z.object({
  filesystems: z.array(
    z.object({
      target: z.string(),
      source: z.string().nullish(),
      fstype: z.string(),
      options: z.string(),
      uuid: word,
      'maj:min': z.string(),
    }),
  ),
});

/** As many mount points as a reader needs to see that a device is mounted. */
const shownMountPoints = 5;

export interface MountedAt extends Mount {
  /** Major and minor number of the device. */
  readonly device: string;
}

/** Every mount, also those that facts leave out. */
export function parseMounts(sections: FactsSections): readonly MountedAt[] {
  const table = jsonOf(sections, 'mounts');
  if (table === undefined) return [];
  return mountTableSchema.parse(table).filesystems.map((row) => ({
    target: row.target,
    source: row.source ?? '',
    fileSystem: row.fstype,
    options: row.options,
    uuid: row.uuid,
    device: row['maj:min'],
  }));
}

/**
 * Every block device of the machine, once. Devices without a node in /dev are another machine's: a container sees
 * them in /sys and cannot touch them.
 */
export function parseBlockDevices(sections: FactsSections, mounts: readonly MountedAt[]): BlockDevice[] {
  const tree = jsonOf(sections, 'lsblk');
  if (tree === undefined) return [];
  const { blockdevices } = z.object({ blockdevices: z.array(treeSchema) }).parse(tree);
  const nodes = linesOf(sections, 'nodes');
  const flat = new Map<string, Tree>();
  for (const node of blockdevices.flatMap(withDescendants)) flat.set(node.kname, node);
  const evidence = readEvidence(sections);
  return [...flat.values()]
    .filter(({ kname }) => nodes.includes(kname))
    .map((node) => toDevice(node, evidence, mounts));
}

/** Arrays that run now. Those whose UUID mdadm does not tell (none installed) are left out. */
export function parseArrays(sections: FactsSections): RaidArray[] {
  return blocksOf(sections, 'arrays', 'DEVICE')
    .filter((block) => block['MD_UUID'] !== undefined)
    .map((block) => ({
      device: `/dev/${block['DEVICE'] ?? ''}`,
      level: block['MD_LEVEL'] ?? '',
      uuid: block['MD_UUID'] ?? '',
      name: block['MD_NAME'] ?? '',
      members: (block['MEMBERS'] ?? '').split(' ').filter((member) => member !== ''),
      state: block['STATE'] ?? '',
    }));
}

interface Evidence {
  readonly links: readonly string[];
  readonly holders: ReadonlyMap<string, readonly string[]>;
  readonly partitions: ReadonlyMap<string, readonly string[]>;
  readonly probed: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What uses a device, by a phrase, and the words in which the device's path or name appears. */
  readonly uses: readonly { readonly phrase: string; readonly words: readonly string[] }[];
}

function readEvidence(sections: FactsSections): Evidence {
  const words = (name: string) => linesOf(sections, name).flatMap((line) => line.split(/\s+/));
  return {
    links: linesOf(sections, 'by-id'),
    holders: pairsOf(sections, 'holders'),
    partitions: pairsOf(sections, 'partitions'),
    probed: new Map(
      blocksOf(sections, 'blkid', 'DEVICE').map((block) => [block['DEVICE'] ?? '', block] as const),
    ),
    uses: [
      { phrase: 'swap', words: words('swaps') },
      { phrase: 'a ZFS pool', words: words('pools') },
      { phrase: 'a multipath device', words: multipathMembers(sections) },
      { phrase: 'a volume group of LVM', words: words('volumes') },
      { phrase: 'bcache', words: words('bcache') },
      { phrase: heldExclusively, words: words('claimed') },
    ],
  };
}

/**
 * The disks of `multipath -l -v2`: in the line of each path the name stands before the device's numbers, as in
 * "| `- 6:0:0:0 sdb 8:16 active undef running". Maps may be named as people like, also as a disk is.
 */
function multipathMembers(sections: FactsSections): readonly string[] {
  return linesOf(sections, 'multipath').flatMap((line) => /\s(\S+)\s+\d+:\d+(?:\s|$)/.exec(line)?.[1] ?? []);
}

function toDevice(node: Tree, evidence: Evidence, mounts: readonly MountedAt[]): BlockDevice {
  const { kname } = node;
  const probed = evidence.probed.get(kname) ?? {};
  const places = mounts.filter(({ device }) => device === node['maj:min']).map(({ target }) => target);
  const children = (node.children ?? []).map((child) => child.kname);
  const holders = new Set([
    ...children,
    ...(evidence.holders.get(kname) ?? []),
    ...(evidence.partitions.get(kname) ?? []),
  ]);
  return {
    name: kname,
    type: node.type,
    size: node.size,
    serial: node.serial,
    wwn: node.wwn,
    model: node.model,
    transport: node.tran,
    rotational: node.rota,
    removable: node.rm,
    readOnly: node.ro,
    ...signatureOf(node, probed),
    partitionTable: probed['PTTYPE'] ?? (node.type === 'part' ? null : node.pttype),
    holders: [...holders].sort(),
    mountPoints: [...new Set(places)].slice(0, shownMountPoints),
    byId: evidence.links.flatMap((line) => linkTo(line, kname)).sort(),
    usedBy: evidence.uses.filter(({ words }) => names(words, kname)).map(({ phrase }) => phrase),
  };
}

/**
 * blkid's code 2 means that it found nothing; any other failure means that nobody knows, so it counts as something. So
 * does a disk or array at which it has not looked: udev's database alone may be out of date. Where the two name different things
 * it is neither, and has no UUID where they name different ones: udev, unlike blkid, calls a path of a multipath device that.
 */
function signatureOf(
  { type, fstype, uuid }: Tree,
  probed: Readonly<Record<string, string>>,
): Pick<BlockDevice, 'signature' | 'uuid'> {
  const { CODE: code, TYPE: found } = probed;
  const nameless = (signature: string | null) => ({ signature, uuid: null });
  if (code !== undefined && code !== '0' && code !== '2') {
    return nameless(`unreadable or ambiguous (blkid ${code})`);
  }
  if (found === undefined) {
    if (fstype !== null) return { signature: fstype, uuid };
    const matters = type === 'disk' || type.startsWith('raid');
    return nameless(code === undefined && matters ? 'unknown (not probed by blkid)' : null);
  }
  if (fstype !== null && fstype !== found) return nameless(`${found} (blkid), ${fstype} (lsblk)`);
  const isSame = uuid === null || fstype === null || uuid === probed['UUID'];
  return { signature: found, uuid: isSame ? (probed['UUID'] ?? null) : null };
}

function linkTo(line: string, kname: string): readonly string[] {
  const [link = '', target = ''] = line.split(' ');
  if (!link.startsWith('/dev/disk/by-id/')) return [];
  return target.slice(target.lastIndexOf('/') + 1) === kname ? [link] : [];
}

function names(words: readonly string[], kname: string): boolean {
  return words.includes(kname) || words.includes(`/dev/${kname}`);
}

function withDescendants(node: Tree): readonly Tree[] {
  return [node, ...(node.children ?? []).flatMap(withDescendants)];
}
