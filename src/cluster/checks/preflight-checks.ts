import type { CheckName } from '../specification/check-names.js';

/** What is to be known of a check before it finds anything. */
export interface CheckDescription {
  /** An error stops the host (or the cluster) unless it is overridden; some checks know both. */
  readonly severity: 'error' | 'warning' | 'error or warning';
  /** What it looks at, and what should be. */
  readonly shouldBe: string;
  readonly advice: string;
}

const size = (role: string, sizes: string): CheckDescription => ({
  severity: 'error or warning',
  shouldBe: `${role}: ${sizes}`,
  advice: 'Give the host more.',
});

/** Every check of preflight by its name. docs/preflight.md has them as a table. */
export const preflightChecks = {
  'control-plane-count': {
    severity: 'error or warning',
    shouldBe: 'An odd number of control planes; better three than one.',
    advice: 'Name 1, 3 or 5 control planes.',
  },
  'control-plane-cpus': size('Control plane', 'at least 2 CPUs, better 4.'),
  'control-plane-memory': size('Control plane', 'at least 4 GB of memory, better 8 GB.'),
  'control-plane-disk': size(
    'Control plane',
    'file systems of the system, containerd and etcd with at least 30 GB together, better 40 GB.',
  ),
  'worker-cpus': size('Worker', 'at least 4 CPUs.'),
  'worker-memory': size('Worker', 'at least 8 GB of memory.'),
  'worker-disk': size(
    'Worker',
    'file systems of containerd and kubelet with at least 100 GB together; where step 7 gives them an array, those of the system and its logs count, and less is only a warning.',
  ),
  'kubespray-memory': {
    severity: 'error',
    shouldBe: 'The memory below which Kubespray stops: 1,500 MB for a control plane, 1,024 MB for a worker.',
    advice:
      'Give the host more, or set minimal_master_memory_mb or minimal_node_memory_mb in kubespray.variables.',
  },
  'operating-system': {
    severity: 'warning',
    shouldBe: 'Ubuntu 22.04, on which the document’s authors have tested.',
    advice: 'Install it, or try another one on a host that does not matter first.',
  },
  'kubespray-release': {
    severity: 'warning',
    shouldBe: 'A release of Kubespray that is known and supports every host and the control host.',
    advice: 'Name another one in kubespray.release.',
  },
  'kubernetes-version': {
    severity: 'error',
    shouldBe:
      'The Kubernetes that runs on every node already, apart from the patch release: cluster.yml does no upgrade.',
    advice:
      'Name the release that installs what runs; bring a node that differs from the others to their version first.',
  },
  'other-cluster': {
    severity: 'error',
    shouldBe:
      'No node that works in another cluster: its kubelet runs, nothing proves that its access has ended, and its CA, its name or its API server is not that of the cluster that is asked for; or its kubelet runs without /etc/kubernetes/kubelet.conf. Such a node is never offered a reset. Of control planes that differ, the first is the one in error where several others agree.',
    advice:
      'Leave it out, or drain and reset it in its own cluster first. Where that is gone for good, systemctl disable --now kubelet. A first control plane that differs from the others is put back from a backup; stop no kubelet of the others.',
  },
  architecture: {
    severity: 'error',
    shouldBe: 'A processor for which Kubespray downloads programs: x86_64 or aarch64.',
    advice: 'Leave the host out.',
  },
  'init-system': {
    severity: 'error',
    shouldBe: 'systemd as the first process; Kubespray stops at any other.',
    advice: 'Install a system with systemd.',
  },
  'kernel-version': {
    severity: 'error',
    shouldBe: 'Linux 4.9.17 for Cilium, 5.13 for kube_proxy_mode nftables, 4.19 for kubelet.',
    advice: 'Install a newer kernel, or another network plugin or proxy mode.',
  },
  'kernel-modules': {
    severity: 'error',
    shouldBe:
      'Loaded, or loadable by modprobe: overlay, br_netfilter, nf_conntrack, dummy, and as the settings need them ip_vs with its schedulers, vxlan or ipip, nf_tables and the RAID level.',
    advice:
      'Restart into the kernel that is installed, or install linux-modules-extra for the running one; take "install … /bin/false" out of /etc/modprobe.d, and kernel.modules_disabled out of /etc/sysctl.d.',
  },
  'cgroup-version': {
    severity: 'error or warning',
    shouldBe: 'cgroup v2; from Kubernetes 1.35 on kubelet does not start with v1.',
    advice: 'Boot with systemd.unified_cgroup_hierarchy=1, or install a newer release of the system.',
  },
  python: {
    severity: 'error or warning',
    shouldBe: 'python3, of a version with which the release’s Ansible can work on the host.',
    advice: 'Install it, or name another release of Kubespray.',
  },
  sudo: {
    severity: 'error',
    shouldBe: 'root, or a user who may run everything by sudo without a password and without a terminal.',
    advice: 'Add "USER ALL=(ALL) NOPASSWD: ALL" and "Defaults:USER !requiretty" by visudo.',
  },
  swap: {
    severity: 'warning',
    shouldBe: 'No swap. Kubespray turns it off, unless kubelet_fail_swap_on is false.',
    advice: 'Nothing is to be done.',
  },
  clock: {
    severity: 'error or warning',
    shouldBe:
      'The same time as the other machines, within 1 s; an error from 5 minutes on. Differences that may come from the measuring are not told.',
    advice: 'timedatectl set-ntp true, or chronyc makestep.',
  },
  'time-synchronization': {
    severity: 'warning',
    shouldBe: 'A clock that systemd-timesyncd, chrony or ntpd keeps right.',
    advice: 'timedatectl set-ntp true, or install chrony; let UDP port 123 out.',
  },
  'unattended-upgrades': {
    severity: 'warning',
    shouldBe: 'No packages that change, and no restarts that happen, by themselves.',
    advice:
      'systemctl disable --now apt-daily-upgrade.timer, or write APT::Periodic::Unattended-Upgrade "0"; into /etc/apt/apt.conf.d/99-no-unattended-upgrades; take unattended-upgrade out of tables of cron.',
  },
  'machine-id': {
    severity: 'error',
    shouldBe: 'A machine ID that no other host has.',
    advice:
      'Make a new one by systemd-machine-id-setup, and restart the host; DHCP may give it another address then.',
  },
  'host-name': {
    severity: 'warning',
    shouldBe: 'A host name that no other host has.',
    advice: 'See that the addresses are those of the hosts that are meant.',
  },
  'node-address': {
    severity: 'error',
    shouldBe:
      'The address by which the other nodes reach the host is one of its own; Kubespray stops where it is not.',
    advice: 'Give the host an internalAddress.',
  },
  'ports-in-use': {
    severity: 'error',
    shouldBe:
      'No ports that the host’s roles need in the hands of something that is not Kubernetes, or of another Kubernetes, such as RKE2 or k0s.',
    advice:
      'Stop and disable what listens there, or give it another port; take another Kubernetes off by its own uninstaller.',
  },
  reachability: {
    severity: 'error or warning',
    shouldBe:
      'The ports that hosts need of each other let them in; tried from host to host before anything is installed. A warning where only Slipway’s own firewall of an earlier run does not know a host yet.',
    advice:
      'Let them in: firewalls of the hosts, security groups, switches in between. Slipway’s own lets them in before Kubespray runs.',
  },
  mtu: {
    severity: 'warning',
    shouldBe: 'The same MTU on every host’s interface to the others, at least 1450.',
    advice: 'Set it in netplan.',
  },
  'path-mtu': {
    severity: 'warning',
    shouldBe: 'Packets as long as the interface’s MTU arrive at the other hosts.',
    advice: 'Lower the MTU of the interface, or raise that of the network in between.',
  },
  'search-domains': {
    severity: 'warning',
    shouldBe: 'No DNS search domains, which pods inherit, but those that Kubespray writes.',
    advice: 'Take them out of the DHCP or netplan settings.',
  },
  'upstream-dns': {
    severity: 'error',
    shouldBe: 'Name servers that pods can reach; no loopback address.',
    advice: 'Change dns.upstream.',
  },
  'resolv-conf': {
    severity: 'error or warning',
    shouldBe:
      'An /etc/resolv.conf, and no link to nothing; without one names are not resolved, and Kubespray stops where it is to read or change it. On Ubuntu 20.04, 22.04 and (from v2.25 on) 24.04 also /run/systemd/resolve/resolv.conf: Kubespray gives kubelet this file, whatever kube_resolv_conf says, and without it no pod starts.',
    advice:
      'Write one that names a server, or link it to /run/systemd/resolve/stub-resolv.conf; systemctl enable --now systemd-resolved. Take kube_resolv_conf out of kubespray.variables.',
  },
  'other-container-engine': {
    severity: 'error',
    shouldBe:
      'No Docker or CRI-O that runs, or that docker.socket starts, beside the container_manager, which is containerd: Kubespray ends it, and what is in it is deleted, on fresh hosts and on nodes in use alike.',
    advice:
      'Move what is needed to another host, or leave this one out; systemctl disable --now docker.service docker.socket, or crio, keeps the data.',
  },
  'other-firewall': {
    severity: 'warning',
    shouldBe:
      'No ufw or firewalld that is on while Slipway is to write firewall rules: step 10 refuses such a host.',
    advice: 'Turn it off, or set firewall.enabled to false and open the ports there.',
  },
  'free-space': {
    severity: 'error or warning',
    shouldBe:
      'Free room: 300 MB in /, 100 MB in /boot, 2 GB for downloads (/tmp, or local_release_dir), 600 MB in /usr/local/bin, 200 MB in /opt/cni, 500 MB in /var/log, 1 GB for etcd, 5 GB for containerd and 1 GB for kubelet (not where step 7 gives them an array); half of it is an error. More than 15 % of the file systems of kubelet and containerd, below which pods are evicted.',
    advice:
      'Make room: apt-get clean, journalctl --vacuum-size=100M, apt-get autoremove for old kernels in /boot. Where /tmp is in memory: local_release_dir, or systemctl mask tmp.mount.',
  },
  'free-inodes': {
    severity: 'warning',
    shouldBe: 'More than 5 % of the inodes free, below which kubelet evicts pods.',
    advice: 'Find the folders with many small files: du --inodes -xd2 / | sort -n | tail.',
  },
  'cluster-networks': {
    severity: 'error',
    shouldBe:
      'Networks of pods and services that are networks, do not overlap, and hold no address of a host, of whichever interface.',
    advice: 'Set kube_pods_subnet or kube_service_addresses in kubespray.variables.',
  },
  'kubespray-variables': {
    severity: 'error or warning',
    shouldBe:
      'Variables with which Kubespray does not stop: known choices that go together, none that is removed, a ' +
      'Kubernetes that the release has, and booleans that are no text. containerd, and ' +
      'etcd as a service of its hosts, with which Slipway works.',
    advice: 'Correct it in kubespray.variables.',
  },
  'group-variables': {
    severity: 'error or warning',
    shouldBe:
      'Variables of your own that say what Slipway would write as well; kubelet’s flags as a list (from v2.27 on); kubelet’s and containerd’s data on step 7’s array, the runtime of GPU workers, and nodes that keep their names in the inventory.',
    advice: 'Take the variable out of kubespray.variables, or accept that yours wins.',
  },
  'mirror-files': {
    severity: 'error or warning',
    shouldBe:
      'Where `mirror` is set: each file that Kubespray downloads from there, asked for by every host that wants it, with the digest that it should have. A warning for what Slipway does not know of.',
    advice: 'Put it there; slipway mirror list names every file with its digest, and where it belongs.',
  },
  'mirror-images': {
    severity: 'error or warning',
    shouldBe:
      'Where `mirror` is set: each image that Kubespray wants, asked for by every host that wants it. A warning where a registry without TLS does not answer TLS by a line of HTTP, after which alone containerd goes on.',
    advice: 'Put it there; slipway mirror list names every image, and where it belongs.',
  },
  gpu: {
    severity: 'warning',
    shouldBe: 'GPUs that the specification names, with NVIDIA’s driver and container toolkit installed.',
    advice: 'Say gpu: nvidia or gpu: false for the host; install what is missing before Kubespray runs.',
  },
  gvisor: {
    severity: 'warning',
    shouldBe: 'gVisor without systemd’s cgroup v2, with which its containers may stay in ContainerCreating.',
    advice: 'Start a pod with runtimeClassName: gvisor before leases do.',
  },
  'etcd-disk': {
    severity: 'warning',
    shouldBe:
      'etcd’s data on an SSD or NVMe disk. The disks of virtual machines do not tell, and are not judged.',
    advice: 'Mount an SSD at /var/lib/etcd before Kubespray runs, or name a folder on one in etcd_data_dir.',
  },
  'control-host-git': {
    severity: 'error',
    shouldBe: 'git on the control host.',
    advice: 'Install it there.',
  },
  'control-host-space': {
    severity: 'error or warning',
    shouldBe:
      '2 GB free on the control host for Kubespray’s checkout and its virtual environment, while they are not there; half of it is an error.',
    advice: 'Make room there.',
  },
  'control-host-python': {
    severity: 'error',
    shouldBe: 'A Python on the control host with which the release’s Ansible works.',
    advice: 'Install the one that is named, or name another release of Kubespray.',
  },
  'control-host': {
    severity: 'error or warning',
    shouldBe:
      'A control host that is not part of the cluster. An error where Slipway itself runs on a host that step 7 restarts.',
    advice: 'Name another one, or run Slipway elsewhere.',
  },
} as const satisfies Partial<Record<CheckName, CheckDescription>>;

/** The name of a check of preflight. */
export type PreflightCheck = keyof typeof preflightChecks;
