import type { Listener } from '../facts-system.js';
import { namedPort, ownListener, portsOf, type ClusterPort } from '../ports.js';
import type { HostCheck } from './finding.js';

/**
 * Ports that the host's roles need, and that something has which is none of Kubernetes' own programs. On a node of an
 * existing cluster these are in their right place.
 */
export const portsInUse: HostCheck = ({ host, facts: { system }, specification }) => {
  const taken = portsOf(specification, host.name).flatMap((port) => {
    const by = (system?.listeners ?? []).filter((listener) => isInTheWay(listener, port));
    return by.length === 0 ? [] : [{ port, by }];
  });
  if (taken.length === 0) return undefined;
  const programs = [...new Set(taken.flatMap(({ by }) => by.map(nameOf)))];
  return {
    check: 'ports-in-use',
    severity: 'error',
    is: taken.map(({ port, by }) => `${namedPort(port)} is in use by ${nameOf(by[0])}`).join(', '),
    shouldBe: 'ports that are free, or in use by Kubernetes itself',
    mend: `Stop and disable ${programs.join(', ')}, or give it another port: ss -ltnup shows which process it is.`,
  };
};

function isInTheWay(listener: Listener, port: ClusterPort): boolean {
  if (listener.protocol !== port.protocol || listener.port !== port.port) return false;
  if (listener.process === null ? port.processes.length === 0 : isOwn(listener.process, port)) return false;
  return listener.address === '*' || port.bound === null || listener.address === port.bound;
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
  return listener?.process ?? 'the kernel';
}
