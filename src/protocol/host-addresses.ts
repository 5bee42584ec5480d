import type { HostSpecification, Specification } from '../cluster/specification/specification.js';

/** The machine on which Kubespray and Ansible run, in progress and questions; every other is a host's inventory name. */
export const controlHostName = 'control host';

/**
 * How a worker reaches a machine; goes through Temporal as part of activity inputs, so it holds no secret.
 * `cluster` chooses the known_hosts file in which the host's key is pinned.
 */
export type HostAddress =
  | { readonly kind: 'local'; readonly name: string; readonly cluster: string }
  | {
      readonly kind: 'ssh';
      readonly name: string;
      readonly cluster: string;
      readonly address: string;
      readonly port: number;
      readonly user: string;
      /** "<type> <base64>" as in the specification; without it the key of the first login by key is pinned, or one that is confirmed. */
      readonly hostKey?: string | undefined;
      /** Path of the private key on the worker's machine. `~/` is allowed. */
      readonly privateKey: string;
    };

/** How the worker reaches a host of the cluster. */
export function hostAddressOf(specification: Specification, host: HostSpecification): HostAddress {
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
export function controlHostAddress(specification: Specification): HostAddress {
  const { controlHost, name: cluster } = specification;
  if (controlHost === 'local') return workerAddress(specification);
  const { address, port, user, hostKey } = controlHost;
  return {
    kind: 'ssh',
    name: controlHostName,
    cluster,
    address,
    port,
    user,
    ...(hostKey !== undefined && { hostKey }),
    privateKey: specification.ssh.privateKey.file,
  };
}

/** The machine on which the worker itself runs; its key opens every host. */
export function workerAddress({ name: cluster }: Specification): HostAddress {
  return { kind: 'local', name: controlHostName, cluster };
}

/** Path of the private key that Ansible uses on the control host. */
export function ansibleKeyOf({ controlHost, ssh }: Specification): string {
  return controlHost === 'local' ? ssh.privateKey.file : '~/.ssh/id_rsa';
}
