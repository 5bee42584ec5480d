import type { HostInput } from './steps.js';
import type { HostSpecification, Specification } from '../cluster/specification/specification.js';

export type Target = HostInput['host'];

/** How the worker reaches a host of the cluster. */
export function targetOf(specification: Specification, host: HostSpecification): Target {
  const { name, address, port, hostKey } = host;
  return {
    kind: 'ssh',
    name,
    cluster: specification.name,
    address,
    port,
    user: host.user ?? specification.ssh.user,
    ...(hostKey !== undefined && { hostKey }),
    privateKey: specification.ssh.privateKey.file,
  };
}

/** How the worker reaches the machine on which Kubespray runs. */
export function controlHostTarget(specification: Specification): Target {
  const { controlHost, name: cluster } = specification;
  if (controlHost === 'local') return workersMachine(specification);
  const { address, port, user, hostKey } = controlHost;
  return {
    kind: 'ssh',
    name: controlHostStation,
    cluster,
    address,
    port,
    user,
    ...(hostKey !== undefined && { hostKey }),
    privateKey: specification.ssh.privateKey.file,
  };
}

/** The machine on which the worker itself runs; its key opens every host. */
export function workersMachine({ name: cluster }: Specification): Target {
  return { kind: 'local', name: controlHostStation, cluster };
}

/** Path of the private key that Ansible uses on the control host. */
export function ansibleKeyOf({ controlHost, ssh }: Specification): string {
  return controlHost === 'local' ? ssh.privateKey.file : '~/.ssh/id_rsa';
}

/** The station where Kubespray and Ansible run; every other station is a host's inventory name. */
export const controlHostStation = 'control host';
