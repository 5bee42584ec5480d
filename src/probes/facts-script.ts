import type { ClusterFolders } from '../cluster/kubespray/folders.js';
import { dockerSocket, resolvedFile, roomPaths, upgradeTimer } from '../cluster/facts/system-facts.js';
import { nvidiaRuntimePath } from '../cluster/kubespray/gpu.js';
import { sh, type Script } from '../hosts/script.js';
import { kubeletIdentityScript } from './kubelet-identity.js';
import { modulesOnHost } from './modules.js';
import { searchPythons } from './python-search.js';

/** Tools that step 7 needs; which of them matter when is decided by the plan. */
const tools = [
  'mdadm',
  'mkfs.ext4',
  'e2fsck',
  'rsync',
  'lsof',
  'lsblk',
  'blkid',
  'findmnt',
  'udevadm',
  'update-initramfs',
] as const;

const services = [
  'kubelet',
  'containerd',
  'etcd',
  'docker',
  'crio',
  'apt-daily-upgrade',
  'ufw',
  'firewalld',
] as const;
const units = [...services.map((service) => `${service}.service`), dockerSocket, upgradeTimer];

/** Where cron finds what to start. */
const cronFolders = sh`/etc/crontab /etc/anacrontab /etc/cron.*/* /var/spool/cron/crontabs/*`;

/**
 * One script that reads everything and changes nothing: logins are the slow part, then processes, so that the shell itself
 * reads small files. Each section begins with a line of the mark, which nothing on the host can know beforehand. A tool
 * that is missing leaves its section empty.
 */
export function factsScript({
  mark,
  mountPoint,
  stateFolder,
  dataDirectories,
  controlHost,
  forPreflight,
  roomFor = [],
}: {
  readonly mark: string;
  readonly mountPoint: string;
  readonly stateFolder: string;
  readonly dataDirectories: readonly string[];
  /** The cluster's folders, where the machine is a control host; every Python is looked for there, too. */
  readonly controlHost: ClusterFolders | null;
  /** Whether what only preflight looks at is read too. On a slow machine it takes longer than all the rest. */
  readonly forPreflight: boolean;
  /** Folders whose room is looked at besides the usual ones. */
  readonly roomFor?: readonly string[] | undefined;
}): Script {
  return sh`
section() { printf '\n%s %s\n' ${mark} "$1"; }
show() { if [ -r "$1" ]; then while IFS= read -r line || [ "$line" ]; do printf '%s\n' "$line"; done < "$1"; fi; }
section hostname; show /proc/sys/kernel/hostname
section machine-id; show /etc/machine-id
section boot-id; show /proc/sys/kernel/random/boot_id
section os-release; show /etc/os-release
section kernel; uname -r; uname -m; nproc
section memory; grep MemTotal /proc/meminfo
section root-disk; df -B1 --output=size,avail / | tail -n 1
section python; python3 --version 2>&1 || true
section interpreters
${controlHost === null ? sh`` : searchPythons}
section kubespray
${controlHost === null ? sh`` : checkout(controlHost)}
section nvidia
${nvidia}
section cgroup; stat -fc %T /sys/fs/cgroup || true
section swaps; show /proc/swaps
section resolv-conf
if [ -e /etc/resolv.conf ]; then
  echo present; show /etc/resolv.conf
elif [ -L /etc/resolv.conf ]; then
  printf 'link %s\n' "$(readlink /etc/resolv.conf)"
fi
section resolved; if [ -e ${resolvedFile} ]; then echo present; show ${resolvedFile}; fi
section addresses; ip -o addr show scope global 2>/dev/null || true
section fstab; show /etc/fstab
section mdadm-conf; if [ -e /etc/mdadm/mdadm.conf ]; then echo present; show /etc/mdadm/mdadm.conf; fi
section proven; show ${stateFolder}/storage/proven
section missing-tools
for tool in ${tools}; do command -v "$tool" >/dev/null 2>&1 || echo "$tool"; done
section units
systemctl show -p Id,LoadState,ActiveState,UnitFileState ${units} 2>/dev/null || true
section mounts
findmnt -J -l -o TARGET,SOURCE,FSTYPE,OPTIONS,UUID,MAJ:MIN 2>/dev/null || true
${forPreflight ? sh`${system}${space([...roomPaths, ...roomFor])}` : sh``}
${blockDevices}
${directories(mountPoint, dataDirectories)}
section end`;
}

/** The release, and what steps 1 and 2 need: git, and room where their folders are or will be. */
function checkout({ kubespray, root, virtualEnvironments }: ClusterFolders): Script {
  return sh`
git -C ${kubespray} tag --points-at HEAD 2>/dev/null || true
section control-host
if command -v git >/dev/null 2>&1; then echo git; fi
for marker in ${virtualEnvironments}/*/.slipway-requirements; do
  if [ -e "$marker" ] && [ -e ${kubespray}/.git ]; then echo installed; break; fi
done
there=${root}
while [ ! -e "$there" ]; do there=\${there%/*}; there=\${there:-/}; done
printf 'DF=%s\n' "$(df -B1 --output=avail,target "$there" | tail -n 1)"`;
}

/** By the kernel's own tables: 0x10de is NVIDIA, 0x03… a display controller. */
const nvidia = sh`
for device in /sys/bus/pci/devices/*; do
  vendor=; class=
  read -r vendor 2>/dev/null < "$device/vendor" || continue
  read -r class 2>/dev/null < "$device/class" || continue
  case $vendor-$class in 0x10de-0x03*) echo device ;; esac
done
if [ -e /proc/driver/nvidia/version ]; then echo driver; fi
if [ -x ${nvidiaRuntimePath} ]; then echo runtime; fi`;

/**
 * kubelet.conf is there on every node that kubeadm has initialised or joined. A program that is only installed is no
 * cluster's. The time limit is for one that does not understand the option and stays.
 */
const nodeKubernetes = sh`
if [ -e /etc/kubernetes/kubelet.conf ]; then
  kubelet=$(systemctl show -p ExecStart --value kubelet.service 2>/dev/null | sed -n 's/^.*path=\\([^ ;]*\\) ;.*$/\\1/p' | head -n 1)
  printf 'KUBELET=%s\n' "$(timeout -k 1 5 "\${kubelet:-kubelet}" --version 2>/dev/null || true)"
  printf 'APISERVER=%s\n' "$(sed -n 's/^ *image: .*kube-apiserver:\\(v[0-9.]*\\).*$/\\1/p' /etc/kubernetes/manifests/kube-apiserver.yaml 2>/dev/null | head -n 1)"
fi`;

/**
 * What decides whether a cluster can be made of the host. timedatectl starts a service, so it is asked only where nothing
 * else tells. `apt-config` knows the settings of all of apt's files.
 */
const system = sh`
section init; show /proc/1/comm
section time-synchronized
if [ -e /run/systemd/timesync/synchronized ]; then
  echo yes
else
  timedatectl show -p NTPSynchronized --value 2>/dev/null || true
fi
section listeners; ss -H -ltnup 2>/dev/null || true
section control-groups
for pid in $(pgrep -x 'etcd|kubelet|kube-(apiserver|controller|scheduler|proxy)' 2>/dev/null || true); do
  show "/proc/$pid/cgroup" | while IFS= read -r line; do printf '%s %s\n' "$pid" "$line"; done
done
section links; ip -o link show 2>/dev/null || true
section ufw; grep -i '^ENABLED=yes' /etc/ufw/ufw.conf 2>/dev/null || true
section upgrades
apt-config shell periodic APT::Periodic::Enable upgrade APT::Periodic::Unattended-Upgrade reboot Unattended-Upgrade::Automatic-Reboot 2>/dev/null || true
if command -v unattended-upgrade >/dev/null 2>&1; then echo program; fi
section upgrade-crons; grep -lsw '^[^#]*unattended-upgrade' ${cronFolders} || true
${modulesOnHost}
section kubernetes
${nodeKubernetes}
${kubeletIdentityScript()}`;

/** By folders that are there, or those that will hold them. */
const space = (paths: readonly string[]) => sh`
section space
for path in ${paths}; do
  there=/\${path#/}
  while [ ! -e "$there" ]; do there=\${there%/*}; there=\${there:-/}; done
  printf 'PATH=%s\n' "$path"
  printf 'DF=%s\n' "$(df -B1 --output=size,avail,itotal,iavail,source,target "$there" | tail -n 1)"
done`;

/**
 * Low-level probing (`blkid -p`) sees what udev's database, which lsblk reads, may not know yet. `multipath` shows the
 * disks of its maps from verbosity 2 on only.
 */
const blockDevices = sh`
section lsblk
lsblk -J -b -o NAME,KNAME,MAJ:MIN,TYPE,SIZE,SERIAL,WWN,MODEL,TRAN,ROTA,RM,RO,FSTYPE,UUID,PTTYPE 2>/dev/null || true
section nodes
for block in /sys/class/block/*; do name=\${block##*/}; if [ -b "/dev/$name" ]; then echo "$name"; fi; done
section by-id
find /dev/disk/by-id -type l -printf '%p %l\n' 2>/dev/null || true
section holders
for holder in /sys/class/block/*/holders/*; do
  if [ -e "$holder" ]; then block=\${holder%/holders/*}; echo "\${block##*/} \${holder##*/}"; fi
done
section partitions
for part in /sys/class/block/*/*/partition; do
  if [ -e "$part" ]; then part=\${part%/partition}; block=\${part%/*}; echo "\${block##*/} \${part##*/}"; fi
done
section bcache
for block in /sys/class/block/*/bcache; do if [ -e "$block" ]; then block=\${block%/bcache}; echo "\${block##*/}"; fi; done
section blkid
for block in /sys/class/block/*; do
  name=\${block##*/}
  case $name in loop*|ram*|zram*|sr*|fd*|nbd*) continue;; esac
  if [ ! -b "/dev/$name" ] || [ -e "$block/partition" ]; then continue; fi
  code=0; found=$(blkid -p -o export "/dev/$name" 2>/dev/null) || code=$?
  printf 'DEVICE=%s\nCODE=%s\n%s\n' "$name" "$code" "$found"
done
section arrays
for block in /sys/class/block/md*; do
  if [ ! -d "$block/md" ]; then continue; fi
  name=\${block##*/}
  printf 'DEVICE=%s\nSTATE=%s\n' "$name" "$(cat "$block/md/array_state")"
  printf 'MEMBERS=%s\n' "$(ls "$block/slaves" | tr '\n' ' ')"
  mdadm --detail --export "/dev/$name" 2>/dev/null || true
done
section pools
zpool list -vHPL 2>/dev/null || true
section multipath
multipath -l -v2 2>/dev/null || true
section volumes
pvs --noheadings -o pv_name,vg_name 2>/dev/null || true
section claimed
if command -v python3 >/dev/null 2>&1; then python3 -IS -c '
import posix
for name in posix.listdir("/sys/block"):
    if name.startswith(("loop", "ram", "zram", "sr", "fd", "nbd")):
        continue
    try:
        posix.close(posix.open("/dev/" + name, posix.O_RDONLY | posix.O_EXCL))
    except OSError as error:
        if error.errno == 16:
            print(name)
' || true; fi`;

function directories(mountPoint: string, paths: readonly string[]): Script {
  return sh`
section directories
for path in ${paths}; do
  name=\${path##*/}
  printf 'PATH=%s\n' "$path"
  if [ -L "$path" ]; then printf 'LINK=%s\n' "$(readlink "$path")"; fi
  if [ -d "$path" ]; then
    echo EXISTS=1
    printf 'ENTRIES=%s\n' "$(find "$path/" -mindepth 1 -maxdepth 1 | wc -l)"
    if mountpoint -q "$path"; then echo MOUNTED=1; else printf 'BYTES=%s\n' "$(du -sx -B1 "$path" 2>/dev/null | cut -f1)"; fi
  fi
  if [ -e "$path.slipway-old" ]; then printf 'OLD=%s\n' "$path.slipway-old"; fi
  if [ -d ${mountPoint}/"$name" ] && [ -e ${mountPoint}/.slipway-"$name".moved ]; then echo MOVED=1; fi
done`;
}
