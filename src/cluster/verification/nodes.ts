import { type JudgedCheck, judge, listed } from '../checks/checks.js';
import { isReady, readiness, type Leases, type Nodes } from '../kubernetes/nodes.js';
import { newestFirst, parseVersion } from '../values/version.js';

/** Step 9 of the document, "Confirm Kubernetes nodes": what `kubectl -o json` shows, and how it is judged. */

/** What a node must be free of. */
const pressures = ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];

/** Everything that is read to judge the nodes. */
export interface NodesSeen {
  readonly nodes: Nodes;
  readonly leases: Leases;
  /** Milliseconds since 1970 by the clock of the host that was asked. */
  readonly now: number;
}

/** What is expected of the nodes. */
export interface NodesWanted {
  /** The inventory's. */
  readonly names: readonly string[];
  /** Those of them that are control planes. */
  readonly controlPlanes: readonly string[];
  /**
   * The version that should run, such as 1.28.6; another patch release is as good. Where it is not known (null), every
   * node should have that of the newest.
   */
  readonly kubernetes: string | null;
}

/**
 * One set of checks for every node of the inventory. "Ready" alone may be stale: with a kubelet that no longer runs it
 * stands for 40 seconds, so the lease must be fresh as well.
 */
export function judgeNodes(
  { names, controlPlanes, kubernetes }: NodesWanted,
  seen: NodesSeen,
): JudgedCheck[] {
  const wanted = minorOf(kubernetes ?? newestKubelet(seen.nodes));
  return names.flatMap((name) => {
    const node = seen.nodes.find(({ metadata }) => metadata.name === name);
    if (node === undefined) return [missing(name, seen.nodes)];
    return [
      ...judgeConditions(name, node),
      judgeLease(name, seen),
      judgeVersion(name, node, wanted),
      ...(controlPlanes.includes(name) ? [judgeLabel(name, node)] : []),
    ];
  });
}

function missing(name: string, nodes: Nodes): JudgedCheck {
  return {
    check: 'node-ready',
    host: name,
    passed: false,
    is: `not a node of the cluster, which has ${listed(nodes.map(({ metadata }) => metadata.name))}`,
    shouldBe: 'Ready',
    advice: `Read "journalctl -u kubelet" on ${name}, then run the playbook cluster.yml again.`,
    settles: true,
  };
}

function judgeConditions(name: string, node: Nodes[number]): JudgedCheck[] {
  const { status, spec } = node;
  const message = readiness(node)?.message;
  const pressed = status.conditions.filter((one) => pressures.includes(one.type) && one.status !== 'False');
  return [
    judge({
      check: 'node-ready',
      host: name,
      passed: isReady(node) && !spec.unschedulable,
      is: isReady(node)
        ? `Ready${spec.unschedulable ? ', but cordoned' : ''}`
        : `not Ready${message ? `: ${message}` : ''}`,
      shouldBe: 'Ready and schedulable',
      advice: spec.unschedulable
        ? `Run "kubectl uncordon ${name}" when its maintenance is over.`
        : `Read "journalctl -u kubelet" on ${name}.`,
      settles: !spec.unschedulable,
    }),
    judge({
      check: 'node-pressure',
      host: name,
      passed: pressed.length === 0,
      is: listed(pressed.map(({ type, message }) => (message ? `${type}: ${message}` : type))),
      shouldBe: 'none',
      advice: `Look at memory, disks and processes of ${name} with "kubectl describe node ${name}".`,
      settles: true,
    }),
  ];
}

function judgeLease(name: string, { leases, now }: NodesSeen): JudgedCheck {
  const lease = leases.find(({ metadata }) => metadata.name === name);
  const renewed = Date.parse(lease?.spec.renewTime ?? '');
  const age = Math.round((now - renewed) / 1000);
  const seconds = lease?.spec.leaseDurationSeconds ?? 40;
  return judge({
    check: 'node-lease',
    host: name,
    passed: Math.abs(age) <= seconds,
    is: Number.isNaN(age) ? 'never renewed' : `renewed ${age} s ago`,
    shouldBe: `renewed in the last ${seconds} s`,
    advice: `kubelet on ${name} does not reach the API server, or clocks differ: see "journalctl -u kubelet" and "timedatectl".`,
    settles: true,
  });
}

const minorOf = (version: string) => version.replace(/^v/, '').split('.').slice(0, 2).join('.');

function newestKubelet(nodes: Nodes): string {
  const versions = nodes.flatMap(({ status }) => {
    const [release = ''] = status.nodeInfo.kubeletVersion.split(/[-+]/);
    const version = parseVersion(release);
    return version === undefined ? [] : [version];
  });
  return versions.sort(newestFirst)[0]?.join('.') ?? '';
}

function judgeVersion(name: string, { status }: Nodes[number], minor: string): JudgedCheck {
  const { kubeletVersion } = status.nodeInfo;
  return judge({
    check: 'node-version',
    host: name,
    passed: minorOf(kubeletVersion) === minor,
    is: kubeletVersion,
    shouldBe: `v${minor}`,
    advice: `Run the playbook cluster.yml again, or upgrade-cluster.yml where ${name} is behind.`,
  });
}

/** By which kubeadm marks a control plane: as a label, and on one that is no worker as a taint too. */
const role = 'node-role.kubernetes.io/control-plane';

/**
 * kubeadm sets the label last. Kubespray never comes back to a control plane whose join was cut off before that, and newer
 * releases wait in vain for it under this label.
 */
function judgeLabel(name: string, { metadata }: Nodes[number]): JudgedCheck {
  const isLabelled = Object.hasOwn(metadata.labels, role);
  return judge({
    check: 'control-plane-label',
    host: name,
    passed: isLabelled,
    is: isLabelled ? 'labelled' : `no label ${role}`,
    shouldBe: `a node with the label ${role}`,
    advice:
      `kubeadm was cut off before it marked ${name}: run "kubectl label node ${name} ${role}=" and, unless it is a ` +
      `worker as well, "kubectl taint node ${name} ${role}:NoSchedule".`,
  });
}
