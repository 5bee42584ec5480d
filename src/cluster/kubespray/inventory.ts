import { isIpAddress } from '../values/ip-address.js';
import { membersOf } from '../specification/members.js';
import type { HostSpecification, Specification } from '../specification/specification.js';
import { yamlForAnsible } from '../text/ansible-yaml.js';

interface Inventory {
  readonly specification: Specification;
  /** Kubespray's release, for the reader of the file; its form is the same for all of them. */
  readonly release: string;
  /** Path of the private key on the control host; without it Ansible is to be told by `--private-key`. */
  readonly privateKey?: string | undefined;
}

/**
 * Kubespray's `hosts.yaml` of the document's step 4. It is written here rather than by `contrib/inventory_builder`,
 * which is gone since v2.27.0 (trap T9). The order of hosts is the specification's: Kubespray begins with the first
 * control plane.
 */
export function inventoryYaml({ specification, release, privateKey }: Inventory): string {
  const { controlPlanes, etcdMembers, workers } = membersOf(specification);
  const inventory = {
    all: {
      vars: {
        ansible_user: specification.ssh.user,
        ...(privateKey !== undefined && { ansible_ssh_private_key_file: privateKey }),
      },
      hosts: new Map(specification.hosts.map((host) => [host.name, hostVariables(host)])),
      children: {
        kube_control_plane: { hosts: namesOf(controlPlanes) },
        kube_node: { hosts: namesOf(workers) },
        etcd: { hosts: namesOf(etcdMembers) },
        k8s_cluster: { children: { kube_control_plane: null, kube_node: null } },
        calico_rr: { hosts: {} },
      },
    },
  };
  return yamlForAnsible(inventory, {
    comment: `Written by Slipway for Kubespray ${release}. Changes made here are lost: change the specification.`,
  });
}

/** `ip` and `access_ip` must be IP addresses, so a host that is reached by a DNS name goes without, unless it has an inner one. */
function hostVariables({ address, port, user, internalAddress }: HostSpecification) {
  const ip = internalAddress ?? (isIpAddress(address) ? address : undefined);
  return {
    ansible_host: address,
    ...(port !== 22 && { ansible_port: port }),
    ...(user !== undefined && { ansible_user: user }),
    ...(ip !== undefined && { ip, access_ip: ip }),
  };
}

function namesOf(hosts: readonly HostSpecification[]): Map<string, null> {
  return new Map(hosts.map(({ name }) => [name, null]));
}
