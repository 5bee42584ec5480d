/** Files put into an image: path → text. */
export type GuestFiles = Readonly<Record<string, string>>;

/** The root disk's file system; fixed, so that the boot loader and fstab can name it. */
export const rootUuid = 'a1e7c0de-51ab-4c0e-9a7e-51195eed0001';

/** The address that QEMU's user-mode network gives to the guest. */
export const guestAddress = '10.0.2.15';

/**
 * Keys only, no reverse DNS, one host key, and room for Ansible with many forks. It sorts after a file such as
 * 10-password.conf, so what a test puts there wins.
 */
const sshd = `PermitRootLogin yes
PasswordAuthentication no
UseDNS no
HostKey /etc/ssh/ssh_host_ed25519_key
MaxStartups 100:30:200
MaxSessions 100
`;

export const commonFiles: GuestFiles = {
  '/etc/ssh/sshd_config.d/50-lab.conf': sshd,
  // systemd makes a new one at the first boot; the lab writes each machine's own before that.
  '/etc/machine-id': '',
  '/etc/hosts': '127.0.0.1 localhost\n',
};

/** Kernel modules that have no use under emulation and cost boot time. */
const blacklist = [
  'kvm_amd',
  'kvm_intel',
  'aesni_intel',
  'ghash_clmulni_intel',
  'crct10dif_pclmul',
  'crc32_pclmul',
  'sha512_ssse3',
  'sha256_ssse3',
  'sha1_ssse3',
  'evdev',
  'button',
  'serial_raw',
  'psmouse',
  'powernow_k8',
  'acpi_cpufreq',
  'pcspkr',
  'joydev',
  'i2c_i801',
  'lpc_ich',
  'iTCO_wdt',
  'sg',
];

/** Where a virtual machine's address is written. */
export const networkFile = '/etc/systemd/network/10-lab.network';

/** A static address: no DHCP round trip, no wait for being online. */
export function networkFileText(place: { readonly address: string; readonly gateway: string }): string {
  return `[Match]
Type=ether
[Network]
Address=${place.address}/24
Gateway=${place.gateway}
LinkLocalAddressing=no
IPv6AcceptRA=no
DHCP=no
`;
}

export const virtualMachineFiles: GuestFiles = {
  ...commonFiles,
  '/etc/hostname': 'lab\n',
  '/etc/fstab': `UUID=${rootUuid} / ext4 defaults,errors=remount-ro 0 0\n`,
  [networkFile]: networkFileText({ address: guestAddress, gateway: '10.0.2.2' }),
  // Only what the root disk needs, by a fast compressor: the initramfs is regenerated under emulation.
  '/etc/initramfs-tools/conf.d/lab': 'MODULES=list\nCOMPRESS=lz4\nBUSYBOX=n\n',
  '/etc/initramfs-tools/modules': 'virtio_pci\nvirtio_blk\n',
  '/etc/modprobe.d/lab.conf': `${blacklist.map((name) => `blacklist ${name}`).join('\n')}\n`,
};

/** Units that are not started at boot in either kind of machine: the procedure under test starts them itself. */
export const disabledUnits = ['containerd.service', 'etcd.service', 'nftables.service'] as const;

const maskedEverywhere = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'e2scrub_all.timer',
  'e2scrub_reap.service',
  'fstrim.timer',
  'dpkg-db-backup.timer',
  'systemd-timesyncd.service',
  'systemd-networkd-wait-online.service',
];

/** A machine in a container has the kernel's things from its host. */
export const maskedInSystemdMachine: readonly string[] = [
  ...maskedEverywhere,
  'console-getty.service',
  'getty@.service',
  'systemd-networkd.service',
  'systemd-networkd.socket',
  'systemd-resolved.service',
];

/** What only costs time at a boot under emulation. Nothing here has to do with disks, arrays or mounts. */
export const maskedInVirtualMachine: readonly string[] = [
  ...maskedEverywhere,
  'systemd-pstore.service',
  'getty@tty1.service',
  'serial-getty@ttyS0.service',
  'console-getty.service',
  'mdcheck_start.timer',
  'mdcheck_continue.timer',
  'mdmonitor-oneshot.timer',
  'systemd-update-utmp.service',
  'systemd-update-utmp-runlevel.service',
  'systemd-journal-flush.service',
  'systemd-random-seed.service',
  'sys-kernel-debug.mount',
  'sys-kernel-tracing.mount',
  'dev-hugepages.mount',
  'dev-mqueue.mount',
  'modprobe@configfs.service',
  'modprobe@drm.service',
  'modprobe@fuse.service',
  'modprobe@efi_pstore.service',
  'modprobe@loop.service',
  'modprobe@dm_mod.service',
  'sys-fs-fuse-connections.mount',
  'sys-kernel-config.mount',
  'kmod-static-nodes.service',
  'systemd-binfmt.service',
  'ldconfig.service',
  'systemd-hwdb-update.service',
  'nvmf-autoconnect.service',
  'nvmefc-boot-connections.service',
  'systemd-network-generator.service',
];

/** Parts of an initramfs that no lab machine needs to start, and that cost a third of the time to make one. */
const initramfsHooksLeftOut = ['dmsetup', 'fsck', 'keymap', 'resume', 'thermal'];

/**
 * Runs on this machine with the new root file system as its argument, after packages and files are in.
 * Generators other than fstab's are masked: they look for devices and settings that no lab machine has.
 * @param disabled units of the packages that are not started at boot
 */
export const finishVirtualMachine = (disabled: readonly string[]) => `set -eu
cd "$1"
mkdir -p etc/systemd/system-generators
for generator in lib/systemd/system-generators/*; do
  name=$(basename "$generator")
  [ "$name" = systemd-fstab-generator ] || ln -sf /dev/null "etc/systemd/system-generators/$name"
done
rm -f etc/ssh/ssh_host_*
chroot . ssh-keygen -q -t ed25519 -N '' -C lab -f /etc/ssh/ssh_host_ed25519_key
chroot . systemctl disable -q ${disabled.join(' ')}
chroot . systemctl enable -q systemd-networkd.service ssh.service
chroot . passwd -q -l root
for hook in ${initramfsHooksLeftOut.join(' ')}; do chmod -f a-x "usr/share/initramfs-tools/hooks/$hook" || :; done
chroot . update-initramfs -u -k all
`;

/** The same for systemd machines, whose host keys are made for each machine. */
export const finishSystemdMachine = `set -eu
cd "$1"
rm -f etc/ssh/ssh_host_* etc/hostname etc/resolv.conf
chroot . systemctl disable -q ${disabledUnits.join(' ')}
chroot . systemctl enable -q ssh.service
chroot . passwd -q -l root
`;
