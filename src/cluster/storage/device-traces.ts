import type { BlockDevice } from '../facts/facts.js';

/** Everything that somebody has put on the device, or does with it now; full sentences. Empty: it is blank. */
export function deviceTraces(device: BlockDevice): readonly string[] {
  const { signature, uuid, partitionTable, holders, mountPoints, usedBy } = device;
  const found: string[] = [];
  if (mountPoints.length > 0) found.push(`It is mounted at ${mountPoints.join(', ')}.`);
  if (partitionTable !== null) found.push(`It has a partition table (${partitionTable}).`);
  if (signature !== null) found.push(signatureSentence(signature, uuid));
  if (holders.length > 0) found.push(`Something is built upon it: ${holders.join(', ')}.`);
  for (const use of usedBy) found.push(`It is in use: ${use}.`);
  return found;
}

function signatureSentence(signature: string, uuid: string | null): string {
  const id = uuid === null ? '' : ` ${uuid}`;
  const meanings: Readonly<Record<string, string>> = {
    linux_raid_member: `It is a member of a RAID array${id} that Slipway did not plan.`,
    LVM2_member: `It is a physical volume of LVM${id}.`,
    zfs_member: `It belongs to a ZFS pool${id}.`,
    mpath_member: 'It is one path of a multipath device.',
    bcache: `It belongs to bcache${id}.`,
    swap: `It is swap space${id}.`,
    crypto_LUKS: `It is encrypted (LUKS${id}).`,
    ceph_bluestore: 'It belongs to a Ceph OSD.',
  };
  return meanings[signature] ?? `It has a signature: ${signature}${id}.`;
}
