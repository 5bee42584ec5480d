import type { LabMachine } from '../../../src/lab/index.js';

/**
 * What is on a host, read by the test itself with the host's own tools, and compared with what an operator would
 * expect after the documented procedure. Nothing here uses Slipway's plans, facts or reports.
 */
export interface StorageTruth {
  /** `mdadm --detail --export`. */
  readonly level: string;
  readonly arrayUuid: string;
  /** Serial numbers of the members, sorted. */
  readonly serials: readonly string[];
  /** `blkid -p` of /dev/md0. */
  readonly fileSystem: string;
  readonly fileSystemUuid: string;
  readonly mountedAtData: string;
  /** Lines of /etc/fstab that mention /data as their mount point. */
  readonly fstabLines: readonly string[];
  readonly arrayLines: readonly string[];
  /** mdadm.conf's ARRAY lines inside the initramfs that the boot loader takes. */
  readonly arrayLinesInInitramfs: readonly string[];
  /** Seconds since the epoch. */
  readonly initramfsMade: number;
  readonly booted: number;
}

/** Runs a script that must succeed. */
export async function read(machine: LabMachine, script: string): Promise<string> {
  const { exitCode, stdout, stderr } = await machine.run(script, { timeout: 180_000 });
  if (exitCode !== 0) throw new Error(`${machine.name}: ${script}\n${stdout}\n${stderr}`);
  return stdout.trim();
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

export async function readStorage(machine: LabMachine): Promise<StorageTruth> {
  const text = await read(
    machine,
    `mdadm --detail --export /dev/md0
for member in /sys/block/md0/slaves/*; do echo "SERIAL=$(cat "/sys/block/\${member##*/}/device/serial" | tr -d ' ')"; done
blkid -p -o export /dev/md0 | sed 's/^/FS_/'
echo "MOUNTED=$(findmnt -rn -o SOURCE -M /data)"
echo "BOOTED=$(sed -n 's/^btime //p' /proc/stat)"
echo "INITRAMFS=$(stat -L -c %Y /initrd.img)"`,
  );
  const value = (key: string) =>
    linesOf(text)
      .filter((line) => line.startsWith(`${key}=`))
      .map((line) => line.slice(key.length + 1));
  const initramfs = await read(
    machine,
    `rm -rf /tmp/initramfs; mkdir /tmp/initramfs; unmkinitramfs /initrd.img /tmp/initramfs
find /tmp/initramfs -path '*etc/mdadm/mdadm.conf' -exec grep -h '^ARRAY' {} + || true; rm -rf /tmp/initramfs`,
  );
  return {
    level: value('MD_LEVEL')[0] ?? '',
    arrayUuid: value('MD_UUID')[0] ?? '',
    serials: value('SERIAL').sort(),
    fileSystem: value('FS_TYPE')[0] ?? '',
    fileSystemUuid: value('FS_UUID')[0] ?? '',
    mountedAtData: value('MOUNTED')[0] ?? '',
    fstabLines: linesOf(await read(machine, `awk '$2 == "/data"' /etc/fstab`)),
    arrayLines: linesOf(await read(machine, `grep '^ARRAY' /etc/mdadm/mdadm.conf || true`)),
    arrayLinesInInitramfs: linesOf(initramfs),
    initramfsMade: Number(value('INITRAMFS')[0]),
    booted: Number(value('BOOTED')[0]),
  };
}

/** Microseconds since boot at which a unit became active; 0 when it is not. */
export async function activeSince(machine: LabMachine, unit: string): Promise<number> {
  const shown = await read(machine, `systemctl show -p ActiveState -p ActiveEnterTimestampMonotonic ${unit}`);
  const state = /ActiveState=(.*)/.exec(shown)?.[1];
  return state === 'active' ? Number(/Monotonic=(\d+)/.exec(shown)?.[1]) : 0;
}

export const bootIdOf = (machine: LabMachine) => read(machine, 'cat /proc/sys/kernel/random/boot_id');

/** For each job's key the number of times that its script was really started. */
export async function executionsByJob(
  list: (script: string) => Promise<string>,
): Promise<Map<string, number>> {
  const text = await list(
    `for file in jobs/*/executions; do [ -e "$file" ] || continue; echo "$(basename "$(dirname "$file")") $(wc -l < "$file")"; done`,
  );
  return new Map(
    linesOf(text).map((line) => {
      const [key = '', count = '0'] = line.split(' ');
      return [key, Number(count)];
    }),
  );
}
