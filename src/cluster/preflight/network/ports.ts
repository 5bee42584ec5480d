import type { Listener } from '../../facts/system-facts.js';
import { namedPort, ownListener, portsOf, type ClusterPort } from '../../network/ports.js';
import type { HostCheck } from '../../checks/host-check.js';

/**
 * Ports that the host's roles need, and that something has which is none of Kubernetes' own programs. On a node of an
 * existing cluster, and where Kubespray has come half of its way, these are in their right place; those of another
 * Kubernetes, such as RKE2 or k0s, would meet Kubespray's.
 */
export const portsInUse: HostCheck = ({ host, facts: { system, kubernetes }, specification }) => {
  const isNode = kubernetes !== null;
  const taken = portsOf(specification, host.name).flatMap((port) => {
    const by = (system?.listeners ?? []).filter((listener) => isInTheWay(listener, port, isNode));
    return by.length === 0 ? [] : [{ port, by }];
  });
  if (taken.length === 0) return undefined;
  return {
    check: 'ports-in-use',
    severity: 'error',
    is: taken.map(({ port, by }) => `${namedPort(port)} is in use by ${nameOf(by[0])}`).join(', '),
    shouldBe: 'ports that are free, or in use by Kubernetes itself',
    advice: howToMend(taken.flatMap(({ by }) => by)),
  };
};

function howToMend(listeners: readonly Listener[]): string {
  const foreign = listeners.filter(isForeign);
  const services = [...new Set(foreign.flatMap(({ unit }) => unit ?? []))];
  const programs = [...new Set(listeners.filter((listener) => !foreign.includes(listener)).map(nameOf))];
  return [
    ...(programs.length === 0
      ? []
      : [
          `Stop and disable ${programs.join(', ')}, or give it another port: ss -ltnup shows which process it is.`,
        ]),
    ...(services.length === 0
      ? []
      : [
          `Another Kubernetes is on the host: take it off by its own uninstaller, with ${services.join(', ')}, or leave the host out.`,
        ]),
  ].join(' ');
}

/** @param isNode the host is one of kubeadm's, or nobody has looked; then whose its programs are is not asked */
function isInTheWay(listener: Listener, port: ClusterPort, isNode: boolean): boolean {
  if (listener.protocol !== port.protocol || listener.port !== port.port) return false;
  if (listener.process === null) {
    if (port.processes.length === 0) return false;
  } else if (isOwn(listener.process, port) && (isNode || !isForeign(listener))) return false;
  return listener.address === '*' || port.bound === null || listener.address === port.bound;
}

/**
 * Kubespray's etcd and kubelet are services of their own names, long before kubeadm has made a node of the host, and the
 * rest of it runs in pods. What a service of another name has started is of another Kubernetes; only the beginning is
 * compared, because the kernel cuts the names of processes.
 */
function isForeign({ process, unit }: Listener): boolean {
  return process !== null && ownPrograms.has(process) && unit !== undefined && !unit.startsWith(process);
}

/**
 * Cilium takes the place of kube-proxy, Calico that of its own parts: whatever Kubernetes' own has the port is right. So
 * is what a look at the hosts that was just cancelled has not taken down yet.
 */
function isOwn(process: string, port: ClusterPort): boolean {
  return port.processes.includes(process) || ownPrograms.has(process);
}

const ownPrograms = new Set([
  ...['kubelet', 'kube-proxy', 'kube-apiserver', 'kube-controller', 'kube-scheduler', 'etcd'],
  ...['node-cache', 'calico-node', 'calico-typha', 'bird', 'bird6', 'cilium-agent', 'flanneld'],
  ownListener,
]);

function nameOf(listener: Listener | undefined): string {
  const process = listener?.process ?? 'the kernel';
  return listener !== undefined && isForeign(listener) ? `${process} of ${listener.unit ?? ''}` : process;
}
