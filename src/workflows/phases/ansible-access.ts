import {
  type HostAddress,
  ansibleKeyOf,
  controlHostAddress,
  hostAddressOf,
  workerAddress,
} from '../../protocol/host-addresses.js';
import { forEachBounded } from '../../cluster/values/for-each-bounded.js';
import type { ClusterRun } from '../running/cluster-run.js';

/** Step 3 of the document: Ansible access to Kubernetes cluster. @returns the hosts' pinned keys, by host name */
export async function giveAnsibleAccess(run: ClusterRun): Promise<Record<string, string>> {
  const { specification, controlHost } = run;
  const password = specification.ssh.bootstrapPassword;
  const access = (host: HostAddress, publicKeys: readonly string[]) => ({
    host,
    publicKeys,
    ...(password !== undefined && { password }),
  });

  // Create SSH keys: the worker's, and Ansible's where it runs on another machine
  const worker = await controlHost.need('createSshKey', {
    host: workerAddress(specification),
    path: specification.ssh.privateKey.file,
  });
  const publicKeys = [worker.publicKey];
  const ansible = controlHostAddress(specification);
  if (ansible.kind === 'ssh') {
    await controlHost.need('copySshKey', access(ansible, publicKeys));
    await controlHost.need('confirmSsh', { host: ansible });
    const key = await controlHost.need('createSshKey', { host: ansible, path: ansibleKeyOf(specification) });
    publicKeys.push(key.publicKey);
  }

  // Copy the public keys to the hosts, and confirm SSH to each
  const hostKeys: Record<string, string> = {};
  await forEachBounded(run.activeHosts(), (host) =>
    run.forHost(host, async (steps) => {
      const address = hostAddressOf(specification, host);
      run.progress.setHostState(host.name, 'working');
      await steps.need('copySshKey', access(address, publicKeys));
      const { hostKey } = await steps.need('confirmSsh', { host: address });
      hostKeys[host.name] = hostKey;
    }),
  );
  return hostKeys;
}
