import type { Item } from '../text/outline.js';
import type { StorageTarget } from '../storage/storage-plan.js';

/** What a person is told before one node is reset. */
export interface NodeReset {
  /** What was found on it, in full clauses. */
  readonly evidence: readonly string[];
  /** What `cluster.yml` would do without the reset, one sentence. */
  readonly effect: string;
  readonly deletes: readonly string[];
  readonly keeps: readonly string[];
}

interface Node {
  readonly isEtcd: boolean;
}

/** A folder that is never made: `reset.yml` deletes the folders that these variables name. */
const nowhere = '/nonexistent/kept-by-slipway';

/**
 * Extra variables for `reset.yml --limit=NODE`, the same from v2.24.1 to v2.31.0. It asks no question. Without a flush,
 * firewall rules that are not Kubernetes' own stay, and without a restart of the network the host stays reachable. It
 * would delete etcd's data and certificates; a member that has lost them cannot simply come back, because the others
 * still count it, so they are kept.
 */
export function resetVariables({ isEtcd }: Node): Readonly<Record<string, unknown>> {
  return {
    reset_confirmation: true,
    flush_iptables: false,
    reset_restart_network: false,
    ...(isEtcd && {
      etcd_data_dir: `${nowhere}/data`,
      etcd_events_data_dir: `${nowhere}/events`,
      etcd_config_dir: `${nowhere}/config`,
    }),
  };
}

/** What it deletes without asking whose it is, in every release from v2.24.1 on but where another is named. */
const ofTheOperator = [
  "root's kubeconfigs, of other clusters too: ~/.kube",
  "root's settings, caches and plugins of Helm: ~/.helm, ~/.config/helm, ~/.cache/helm, ~/.local/share/helm",
  '/etc/nginx (or where nginx_config_dir says); up to v2.28 also /etc/dnsmasq.conf, /etc/dnsmasq.d',
  'kernel parameters in /etc/sysctl.d/99-sysctl.conf (or where sysctl_file_path says)',
  'up to v2.27 plugins of kubectl in /usr/local/krew (or where krew_root_dir says)',
  "the pods' logs in /var/log/pods",
];

/** What the reset takes and leaves, read off the role `reset` at the tags; `target` is that of the node's step 7. */
export function whatResetDoes({
  isEtcd,
  target,
}: Node & { readonly target: StorageTarget | undefined }): Pick<NodeReset, 'deletes' | 'keeps'> {
  const moved = target?.layout === 'root-dir' ? target.moves.map(({ to }) => to) : [];
  return {
    deletes: [
      '/etc/kubernetes with its certificates, /var/lib/kubelet and /var/lib/containerd with all pods and images',
      ...(moved.length > 0 ? [`what is in ${moved.join(' and ')}`] : []),
      'units and programs of kubelet and containerd, network plugin and CNI with /etc/cni and /opt/cni; cluster.yml installs them again',
      ...ofTheOperator,
    ],
    keeps: [
      ...(target === undefined ? [] : [`the array, its mount ${target.mountPoint} and the lines in fstab`]),
      ...(isEtcd ? ["etcd's data and certificates; etcd is stopped until cluster.yml starts it"] : []),
      'every other node',
    ],
  };
}

/** For the question, as text and as Markdown. */
export function resetItems({ evidence, effect, deletes, keeps }: NodeReset): Item[] {
  return [
    { text: 'found:', items: evidence.map((text) => ({ text })) },
    { text: effect },
    { text: 'reset.yml on this node alone deletes:', items: deletes.map((text) => ({ text })) },
    { text: 'kept:', items: keeps.map((text) => ({ text })) },
  ];
}
