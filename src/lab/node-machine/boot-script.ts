import { builtinModules } from '../images/node-files.js';

/**
 * Settings of the whole kernel that kubelet, Kubespray and step 9 set. A machine gets files of its own in their place, so that
 * none of them changes this machine.
 */
export const privateSettings = [
  'fs/file-max',
  'fs/inotify/max_user_instances',
  'fs/inotify/max_user_watches',
  'kernel/keys/root_maxbytes',
  'kernel/keys/root_maxkeys',
  'kernel/panic',
  'kernel/panic_on_oops',
  'kernel/pid_max',
  'vm/max_map_count',
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'vm/swappiness',
] as const;

const devices = ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'kmsg'] as const;

/** A folder of its own for each hierarchy that this machine mounts, with only the machine's own groups in it. */
const mountControlGroups = `
groups=$root/sys/fs/cgroup
if [ -z "$hierarchies" ]; then
  mount -t cgroup2 cgroup2 "$groups"
else
  mount -t tmpfs -o mode=755 tmpfs "$groups"
  for each in $hierarchies; do
    folder=\${each%%=*} options=\${each#*=}
    mkdir "$groups/$folder"
    if [ "$options" = cgroup2 ]; then mount -t cgroup2 cgroup2 "$groups/$folder"
    else mount -t cgroup -o "$options" cgroup "$groups/$folder"; fi
  done
fi`;

/**
 * Runs as the first process in new namespaces, whose mounts nobody else sees: makes the folder the root file system and becomes
 * its systemd. @remarks words: the root's folder, the machine's name, the hierarchies of {@link hierarchyWords}
 */
export const bootScript = `set -eu
root=$1 name=$2 hierarchies=$3
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"

settings=$root/proc/sys
mkdir "$root/run/lab-settings"
mount --bind "$settings" "$settings"
mount --bind "$settings/net" "$settings/net"
for setting in ${privateSettings.join(' ')}; do
  [ -e "/proc/sys/$setting" ] || continue
  copy=$root/run/lab-settings/$(echo "$setting" | tr / _)
  cat "/proc/sys/$setting" > "$copy"
  mount --bind "$copy" "$settings/$setting"
done
mount -o remount,ro,bind "$settings"
mount -o remount,rw,bind "$settings/net"
${mountControlGroups}

mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in ${devices.join(' ')}; do cp -a "/dev/$device" "$root/dev/"; done
mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
mount -t devpts -o newinstance,ptmxmode=666,gid=5,mode=620 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t mqueue mqueue "$root/dev/mqueue"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
number=0
for stream in stdin stdout stderr; do
  ln -s "/proc/self/fd/$number" "$root/dev/$stream"
  number=$((number + 1))
done

modules=$root/lib/modules/$(uname -r)
mkdir -p "$modules"
printf 'kernel/%s.ko\\n' ${builtinModules.join(' ')} > "$modules/modules.builtin"
hostname "$name"

cd "$root"
mkdir -p .before
pivot_root . .before
cd /
umount -l /.before
mount --make-rshared /
exec env -i container=slipway-lab PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \\
  /lib/systemd/systemd --log-target=console --log-level=notice --show-status=yes
`;

/** The hierarchies of this machine as words for {@link bootScript}: "<folder>=<options>" each; none where there is one alone. */
export function hierarchyWords(mounts: string): string {
  const fields = mounts.split('\n').map((line) => line.split(' '));
  const isOld = fields.some(([, , type]) => type === 'cgroup');
  if (!isOld) return '';
  return fields
    .flatMap(([, path = '', type = '', options = '']) => {
      if (type !== 'cgroup' && type !== 'cgroup2') return [];
      const folder = path.slice(path.lastIndexOf('/') + 1);
      return [`${folder}=${type === 'cgroup2' ? type : hierarchyOptions(options)}`];
    })
    .join(' ');
}

/** Those that name the hierarchy: its controllers, or its name where it has none. */
function hierarchyOptions(options: string): string {
  const named = options.split(',').filter((option) => !generalOptions.has(option));
  return named.some((option) => option.startsWith('name=')) ? ['none', ...named].join(',') : named.join(',');
}

const generalOptions = new Set([
  ...['rw', 'ro', 'relatime', 'noatime', 'nosuid', 'nodev', 'noexec'],
  ...['xattr', 'clone_children', 'noprefix', 'cpuset_v2_mode'],
]);
