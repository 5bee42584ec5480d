import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRaidArray } from '../../../src/activities/step-07-storage/create-raid-array.js';
import { selectDisks } from '../../../src/activities/step-07-storage/select-disks.js';
import { partitionTable, volumeLabel } from './disk-sectors.js';
import { useLab } from '../../support/lab-host.js';
import { StorageWorker } from '../../support/storage-worker.js';

const stage = useLab('disk-safety');

/** What somebody does with a disk between the approval and the array's creation. */
interface Event {
  readonly name: string;
  /** Shell text; `$disk` is the first planned disk, by its serial number. */
  readonly happens: string;
  readonly ends: string;
  /** What blkid or the kernel says of it then, so that the event is known to have happened. */
  readonly proof: string;
  readonly proven: RegExp;
  /** What the plan says of the disk. */
  readonly reason: RegExp;
  /** What the script says that would create the array. */
  readonly refusal: RegExp;
}

const probe = 'blkid -p -o export "$disk"';
const wipe = 'wipefs -qa "$disk"';
const write = (sector: string, place: number) =>
  `printf %s '${sector}' | base64 -d | dd of="$disk" bs=512 seek=${place} conv=fsync status=none`;
const makeArray =
  'mdadm -q --create /dev/md77 --run --force --level=raid0 --raid-devices=1 --metadata=1.2 --homehost=any "$disk"';
/** udev may have put the array together again. */
const endArray = `mdadm -q --stop --scan || true; mdadm --zero-superblock "$disk"; ${wipe}`;
const notBlank = /is not blank any more: /;

const events: readonly Event[] = [
  {
    name: 'a file system',
    happens: 'mkfs.ext4 -q "$disk"',
    ends: wipe,
    proof: probe,
    proven: /^TYPE=ext4$/m,
    reason: /^It has a signature: ext4 /,
    refusal: notBlank,
  },
  {
    name: 'a partition',
    happens: `${write(partitionTable(64), 0)}; blockdev --rereadpt "$disk"`,
    ends: `${wipe}; blockdev --rereadpt "$disk"`,
    proof: 'lsblk -nro TYPE "$disk"',
    proven: /^part$/m,
    reason: /^It has a partition table \(dos\)\.$/,
    refusal: /has partitions\./,
  },
  {
    name: 'an empty partition table',
    happens: write(partitionTable(0), 0),
    ends: wipe,
    proof: probe,
    proven: /^PTTYPE=dos$/m,
    reason: /^It has a partition table \(dos\)\.$/,
    refusal: notBlank,
  },
  {
    name: 'a physical volume of LVM',
    happens: write(volumeLabel(), 1),
    ends: wipe,
    proof: probe,
    proven: /^TYPE=LVM2_member$/m,
    reason: /^It is a physical volume of LVM /,
    refusal: notBlank,
  },
  {
    name: 'swap that is in use',
    happens: 'mkswap "$disk"; swapon "$disk"',
    ends: `swapoff "$disk"; ${wipe}`,
    proof: 'cat /proc/swaps',
    proven: /^\/dev\/nvme/m,
    reason: /^It is swap space /,
    refusal: /is in use\./,
  },
  {
    name: 'a mount',
    happens:
      'mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$disk"; mount --mkdir "$disk" /srv/found; echo data > /srv/found/file',
    ends: `umount /srv/found; ${wipe}`,
    proof: 'cat /srv/found/file',
    proven: /^data$/,
    reason: /^It is mounted at \/srv\/found\.$/,
    refusal: /is in use\./,
  },
  {
    name: "another array's superblock",
    happens: `${makeArray}; mdadm -q --stop /dev/md77`,
    ends: endArray,
    proof: probe,
    proven: /^TYPE=linux_raid_member$/m,
    reason: /^It is a member of a RAID array \S+ that Slipway did not plan\.$/,
    refusal: /is not blank any more: |is in use\./,
  },
  {
    name: 'another array that runs',
    happens: makeArray,
    ends: endArray,
    proof: 'cat /proc/mdstat',
    proven: /^md77 : active raid0 nvme/m,
    reason: /^Something is built upon it: md77\.$/,
    refusal: /is in use\./,
  },
  {
    name: 'encryption',
    happens: `printf 'LUKS\\272\\276\\000\\001aes' | dd of="$disk" conv=fsync status=none`,
    ends: wipe,
    proof: probe,
    proven: /^TYPE=crypto_LUKS$/m,
    reason: /^It is encrypted /,
    refusal: notBlank,
  },
  {
    name: 'protection from writing',
    happens: 'blockdev --setro "$disk"',
    ends: 'blockdev --setrw "$disk"',
    proof: 'blockdev --getro "$disk"',
    proven: /^1$/,
    reason: /^It is read-only\.$/,
    refusal: /is read-only\./,
  },
];

/** What every write would change: how many sectors were ever written to each disk; and what is at their ends. */
const bytesOfDisks = `sync; udevadm settle; for disk in /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_*_1; do
  name=$(readlink -f "$disk"); name=\${name##*/}
  echo "$disk $(awk '{ print $7 }' "/sys/block/$name/stat")"
  (head -c 4194304 "$disk"; tail -c 4194304 "$disk") | sha256sum
done`;

/** What a refusal says of the disk with this serial number, a sentence each. */
function sentencesOf(said: string, serial: string): string[] {
  return said.split(`Disk ${serial}: `)[1]?.split(/(?<=\.) (?=It |Some)/) ?? [];
}

/** As the person does it who has approved the plan: it is not carried out where a disk is not what it was. */
describe('disks that change after the plan was approved', () => {
  let worker: StorageWorker;
  let plan: Awaited<ReturnType<StorageWorker['planToApply']>>;
  let disk: (typeof plan.target.disks)[number];
  let tries = 0;
  /** As the workflow does after a person has said `retry`: with a job of its own. */
  const create = () => worker.once(createRaidArray, plan, (tries += 1));
  const onDisk = (script: string) => worker.see(`disk=${disk.byId}\n${script}`);

  beforeAll(async () => {
    const { lab, dependencies } = stage();
    const disks = ['SAFE-A', 'SAFE-B'].map((serial) => ({ serial, gib: 1 }));
    worker = new StorageWorker(dependencies, await lab.startVm({ name: 'safe', disks }), 'auto');
    plan = await worker.planToApply();
    const [first] = plan.target.disks;
    if (first === undefined) throw new Error('The plan names no disk.');
    disk = first;
  });

  async function expectRefusal(reason: RegExp, refusal: RegExp): Promise<void> {
    const before = await worker.see(bytesOfDisks);
    expect.soft(await worker.plan()).toMatchObject({ kind: 'refused' });
    const said = await worker.once(selectDisks, plan).catch((error: unknown) => error);
    expect.soft(said).toMatchObject({ type: 'RefusedError' });
    expect
      .soft(sentencesOf((said as Error).message, disk.serial))
      .toContainEqual(expect.stringMatching(reason));
    await expect.soft(create()).rejects.toMatchObject({
      type: 'RefusedError',
      message: expect.stringMatching(refusal) as string,
    });
    expect(await worker.see(bytesOfDisks)).toBe(before);
  }

  it('disks in another order are the same disks', async () => {
    const { machine } = worker;
    const nameAfterStart = async () => {
      await machine.start();
      return worker.see(`readlink -e ${disk.byId}`);
    };
    await machine.powerCut();
    const name = await nameAfterStart();
    await machine.powerCut();
    await machine.swapDisks();
    expect(await nameAfterStart()).not.toBe(name);
    expect((await worker.planToApply()).digest).toBe(plan.digest);
    await worker.once(selectDisks, plan);
  });

  describe.each(events)('$name', ({ happens, ends, proof, proven, reason, refusal }) => {
    afterEach(async () => {
      await onDisk(`${ends}; sync; udevadm settle`);
    });

    it('is refused with the reason, and nothing is written', async () => {
      await onDisk(`{ ${happens}; } >&2; sync; udevadm settle`);
      expect(await onDisk(proof)).toMatch(proven);
      await expectRefusal(reason, refusal);
    });
  });

  it('is approved still when all of that is gone', async () => {
    expect((await worker.planToApply()).digest).toBe(plan.digest);
  });

  it('a disk that was replaced is missed, and the new one left alone', async () => {
    const { machine } = worker;
    await machine.detachDisk(disk.serial);
    await machine.attachDisk({ serial: 'SAFE-NEW', gib: 1 });
    await worker.see('udevadm settle; test -b /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_SAFE-NEW_1');
    const before = await worker.see(bytesOfDisks);
    const now = await worker.planToApply();
    expect(now.digest).not.toBe(plan.digest);
    await expect(worker.once(selectDisks, plan)).rejects.toMatchObject({
      type: 'RefusedError',
      message: expect.stringContaining(`Disk ${disk.serial}: It is not there any more.`) as string,
    });
    await expect(create()).rejects.toMatchObject({
      type: 'RefusedError',
      message: expect.stringContaining('is not a whole disk that is there.') as string,
    });
    expect(await worker.see(bytesOfDisks)).toBe(before);
    await machine.detachDisk('SAFE-NEW');
    await machine.attachDisk({ serial: disk.serial, gib: 1 });
    await worker.see(`udevadm settle; test -b ${disk.byId}`);
    expect((await worker.planToApply()).digest).toBe(plan.digest);
  });

  it('disks as approved become the array', async () => {
    await worker.once(selectDisks, plan);
    const serials = plan.target.disks.map(({ serial }) => serial).sort();
    expect((await create()).summary).toBe(`/dev/md0: raid0 of ${serials.join(' and ')}`);
  });
});
