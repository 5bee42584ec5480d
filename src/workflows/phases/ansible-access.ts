import { forEachBounded } from '../running/bounded.js';
import type { ClusterRun } from '../running/cluster-run.js';
import {
  ansibleKeyOf,
  controlHostTarget,
  targetOf,
  workersMachine,
  type Target,
} from '../../protocol/targets.js';

/** Step 3 of the document: Ansible access to Kubernetes cluster. @returns the hosts' pinned keys, by host name */
export async function giveAnsibleAccess(run: ClusterRun): Promise<Record<string, string>> {
  const { specification, controlHost } = run;
  const password = specification.ssh.bootstrapPassword;
  const access = (host: Target, publicKeys: readonly string[]) => ({
    host,
    publicKeys,
    ...(password !== undefined && { password }),
  });

  // Create SSH keys: the worker's, and Ansible's where it runs on another machine
  const worker = await controlHost.need('createSshKey', {
    host: workersMachine(specification),
    path: specification.ssh.privateKey.file,
  });
  const publicKeys = [worker.publicKey];
  const ansible = controlHostTarget(specification);
  if (ansible.kind === 'ssh') {
    await controlHost.need('copySshKey', access(ansible, publicKeys));
    await controlHost.need('confirmSsh', { host: ansible });
    const key = await controlHost.need('createSshKey', { host: ansible, path: ansibleKeyOf(specification) });
    publicKeys.push(key.publicKey);
  }

  // Copy the public keys to the hosts, and confirm SSH to each
  const hostKeys: Record<string, string> = {};
  await forEachBounded(run.activeHosts(), (host) =>
    run.forHost(host, async (station) => {
      const target = targetOf(specification, host);
      run.board.setHostState(host.name, 'working');
      await station.need('copySshKey', access(target, publicKeys));
      const { hostKey } = await station.need('confirmSsh', { host: target });
      hostKeys[host.name] = hostKey;
    }),
  );
  return hostKeys;
}
