import type { StorageTarget } from '../cluster/storage/storage-plan.js';
import type { Host } from '../hosts/host.js';
import { lines, sh, type Script } from '../hosts/script.js';

/** The planned array as it runs now. */
export interface ArrayOnHost {
  /** /dev/md0, or /dev/md127 where the kernel chose. */
  readonly device: string;
  readonly level: string;
  /** Serial numbers of the members, sorted. */
  readonly serials: readonly string[];
  /** Mounted, or something is built upon it. */
  readonly inUse: boolean;
  readonly fileSystemUuid: string | null;
}

/** Defines `our_array`, which prints the device of the array with the planned UUID under whatever name it runs. */
export function ourArrayFunction({ array }: StorageTarget): Script {
  return sh`our_array() {
  for block in /sys/block/md*; do
    if [ ! -d "$block/md" ]; then continue; fi
    found=$(mdadm --detail --export "/dev/\${block##*/}" 2>/dev/null | sed -n 's/^MD_UUID=//p')
    if [ "$found" = ${array.uuid} ]; then echo "/dev/\${block##*/}"; fi
  done
}`;
}

/** Defines `serial_of /dev/<disk>` and `in_use /dev/<device>`. */
export const deviceFunctions: Script = sh`serial_of() { lsblk -dno SERIAL "$1" | sed 's/^ *//; s/ *$//'; }
in_use() {
  if findmnt -rn -S "$1" >/dev/null; then return 0; fi
  if grep -q "^$1 " /proc/swaps; then return 0; fi
  if [ -n "$(ls "/sys/class/block/\${1##*/}/holders")" ]; then return 0; fi
  return 1
}`;

/** Looks for the planned array; null while it is not assembled. Changes nothing. */
export async function observeArray(host: Host, target: StorageTarget): Promise<ArrayOnHost | null> {
  const script = lines(
    ourArrayFunction(target),
    deviceFunctions,
    sh`device=$(our_array)
if [ -z "$device" ]; then exit 0; fi
printf 'DEVICE=%s\n' "$device"
mdadm --detail --export "$device" | sed -n 's/^MD_LEVEL=/LEVEL=/p'
for member in /sys/block/"\${device##*/}"/slaves/*; do printf 'SERIAL=%s\n' "$(serial_of "/dev/\${member##*/}")"; done
if in_use "$device"; then echo IN_USE=1; fi
printf 'UUID=%s\n' "$(blkid -p -s UUID -o value "$device" || true)"`,
  );
  const { stdout } = await host.run(script, { what: 'look for the array' });
  const values = (key: string) =>
    stdout.split('\n').flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
  const [device] = values('DEVICE');
  if (device === undefined) return null;
  return {
    device,
    level: values('LEVEL')[0] ?? '',
    serials: values('SERIAL').sort(),
    inUse: values('IN_USE').length > 0,
    fileSystemUuid: values('UUID')[0] || null,
  };
}
