/** The distribution that lab machines run; its apt sources are taken from this machine where it has them. */
export const suite = 'bookworm';

/** What every kind of machine has: what the documented procedure, Ansible and the tests use on a host. */
const common = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'openssh-server',
  'python3',
  'nftables',
  'containerd',
  'runc',
  'openssl',
  'rsync',
  'lsof',
  'curl',
  'procps',
  'iproute2',
  'sudo',
  'psmisc',
  'e2fsprogs',
  'util-linux',
  'ca-certificates',
];

/** The kernel of virtual machines: small, with NVMe and ext4 built in and md and virtio as modules. */
const kernelPackage = 'linux-image-cloud-amd64';

/** What a machine has that boots, and that step 7 makes an array on. */
const ownKernel: readonly string[] = [
  kernelPackage,
  'udev',
  'mdadm',
  'initramfs-tools',
  'kmod',
  'busybox',
  'lz4',
  'zstd',
  'nvme-cli',
];

export const virtualMachinePackages: readonly string[] = [...common, ...ownKernel];

export const systemdMachinePackages: readonly string[] = [
  ...common,
  'etcd-server',
  'etcd-client',
  'iputils-ping',
];

/** Kubespray brings its own, and the distribution's would be in the way. */
const broughtByKubespray: readonly string[] = ['containerd', 'runc'];

/** With what Kubespray would install by apt. */
export const nodeMachinePackages: readonly string[] = [
  ...common.filter((name) => !broughtByKubespray.includes(name)),
  'apparmor',
  'apt-transport-https',
  'bash-completion',
  'conntrack',
  'dnsutils',
  'ebtables',
  'gnupg',
  'ipset',
  'iptables',
  'iputils-ping',
  'ipvsadm',
  'libseccomp2',
  'mergerfs',
  'python3-apt',
  'socat',
  'software-properties-common',
  'tar',
  'unzip',
  'xfsprogs',
];

export const nodeVirtualMachinePackages: readonly string[] = [...nodeMachinePackages, ...ownKernel];
