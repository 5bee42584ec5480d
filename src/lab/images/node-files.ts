import { commonFiles, maskedInSystemdMachine, type GuestFiles } from './guest-files.js';

/** Where the shims tell what they were asked for, in a node machine. */
export const shimLog = '/var/log/lab-kernel-modules.log';

/** The part of the tree beneath /lib/modules in which the modules are listed that nobody has to load. */
export const builtinModules = [
  'drivers/net/dummy',
  'drivers/net/vxlan/vxlan',
  'net/bridge/br_netfilter',
  'net/netfilter/nf_conntrack',
  'net/netfilter/nf_tables',
  'fs/overlayfs/overlay',
] as const;

const builtinNames = builtinModules.map((path) => path.slice(path.lastIndexOf('/') + 1));

/**
 * Modules belong to the kernel that all machines share: a machine loads none. What the lab stands in for or knows to be
 * there is taken as loaded, and said; anything else is an error, as it is without the module.
 */
const modprobe = `#!/bin/sh
# Of the lab: this machine shares its kernel, and loads no modules.
status=0
for word in "$@"; do
  case $word in
  -*) continue ;;
  ${builtinNames.join(' | ')}) said="taken as loaded" ;;
  *)
    if [ -e "/sys/module/$(echo "$word" | tr - _)" ]; then said="there already"
    else said="not to be had here"; status=1; fi ;;
  esac
  echo "modprobe $word: $said" | tee -a ${shimLog} >&2
done
exit $status
`;

const modinfo = `#!/bin/sh
# Of the lab: there are no files of modules here.
echo "modinfo: no module has a file on this machine, which shares its kernel" >&2
exit 1
`;

const lsmod = `#!/bin/sh
# Of the lab: the kernel that is shared may have no /proc/modules.
echo "Module                  Size  Used by"
[ ! -r /proc/modules ] || awk '{ print $1, $2, $3, $4 }' /proc/modules
`;

/** A kernel without loadable modules has no /proc/modules, which Ansible's module `modprobe` reads without a look. */
const siteCustomize = `# Of the lab: without /proc/modules, who reads it finds it empty.
import builtins
import os

MODULES = "/proc/modules"

if not os.path.exists(MODULES):
    real_open = builtins.open

    def open_or_empty(file, *words, **options):
        return real_open(os.devnull if file == MODULES else file, *words, **options)

    builtins.open = open_or_empty
`;

const shims = { modprobe, modinfo, lsmod };

export const nodeFiles: GuestFiles = {
  ...commonFiles,
  ...Object.fromEntries(Object.entries(shims).map(([name, text]) => [`/usr/sbin/${name}`, text])),
  '/etc/python3.11/sitecustomize.py': siteCustomize,
};

/** What asks for devices and kernel settings that such a machine has none of. */
export const maskedInNode: readonly string[] = [
  ...maskedInSystemdMachine,
  'apparmor.service',
  'dev-hugepages.mount',
  'getty.target',
  'kmod-static-nodes.service',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'systemd-logind.service',
  'systemd-modules-load.service',
  'systemd-udevd.service',
  'systemd-udev-trigger.service',
];

/** Runs with the new root file system as its argument. */
export const finishNode = `set -eu
cd "$1"
rm -f etc/ssh/ssh_host_* etc/hostname etc/resolv.conf
chmod 755 ${Object.keys(shims)
  .map((name) => `usr/sbin/${name}`)
  .join(' ')}
chroot . systemctl disable -q nftables.service
chroot . systemctl enable -q ssh.service
chroot . passwd -q -l root
`;
