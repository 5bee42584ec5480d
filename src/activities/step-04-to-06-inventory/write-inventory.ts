import { readFile } from 'node:fs/promises';
import { ansibleConfig, controlPathFolder, knownHostsText } from '../../cluster/kubespray/ansible-config.js';
import { clusterFolders, type ClusterFolders } from '../../cluster/kubespray/folders.js';
import { inventoryYaml } from '../../cluster/kubespray/inventory.js';
import { counted } from '../../cluster/text/quantities.js';
import { RefusedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import type { InventoryInput } from '../../protocol/control-host-inputs.js';
import { copySample } from './copy-sample.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/** Go along with the package, beside `src` and `dist`. */
const eventsPlugin = new URL('../../../deploy/ansible/slipway_events.py', import.meta.url);
const sshDial = new URL('../../../deploy/ansible/ssh_dial.py', import.meta.url);

/**
 * Step 4: "Ansible Inventory": a copy of Kubespray's sample, and hosts.yaml. Beside it what Ansible needs to know about
 * this cluster alone: ansible.cfg, the pinned host keys, the plugin by which progress is read, and the program by which ssh
 * connects.
 */
export const writeInventory = hostStep('writeInventory', async (host, input) => {
  const folders = clusterFolders(host.stateFolder, input.cluster);
  const controlPath = controlPathFolder(host.stateFolder, folders);
  const sample = await copySample(host, folders, input);
  await makePrivateFolders(host, [
    folders.root,
    folders.factCache,
    folders.runs,
    ...(controlPath ? [controlPath] : []),
  ]);
  const written = [];
  for (const [path, content] of Object.entries(await contents(host, input, folders))) {
    if ((await host.writeFile(path, content)) === 'written')
      written.push(path.slice(folders.root.length + 1));
  }
  const hosts = counted(input.specification.hosts.length, 'host');
  if (sample !== undefined) written.unshift(sample);
  return written.length > 0 ? changed(`${hosts}: ${written.join(', ')}`) : unchanged(hosts);
});

/** Variables, facts, sockets and logs tell much about hosts, so nobody else may look into them. */
async function makePrivateFolders(host: Host, folders: readonly string[]): Promise<void> {
  await host.run(
    sh`mkdir -p -- ${folders}
chmod 700 -- ${folders}`,
    { what: 'make the folders of the cluster' },
  );
}

async function contents(
  host: Host,
  { specification, release, hostKeys, privateKey }: InventoryInput,
  folders: ClusterFolders,
): Promise<Record<string, string>> {
  const kubespray = (await host.readFile(`${folders.kubespray}/ansible.cfg`)) ?? '';
  const controlPath = controlPathFolder(host.stateFolder, folders);
  const hostCount = specification.hosts.length;
  return {
    [`${folders.inventory}/hosts.yaml`]: inventoryYaml({ specification, release, privateKey }),
    [folders.knownHosts]: knownHostsText(pinnedHosts(host, specification, hostKeys)),
    [folders.ansibleConfig]: ansibleConfig({ kubespray, folders, controlPath, privateKey, hostCount }),
    [`${folders.callbackPlugins}/slipway_events.py`]: await readFile(eventsPlugin, 'utf8'),
    [folders.sshDial]: await readFile(sshDial, 'utf8'),
  };
}

/** Ansible refuses a host whose key is not in its known_hosts, so a missing one is said here, by name. */
function pinnedHosts(
  host: Host,
  { hosts }: InventoryInput['specification'],
  hostKeys: InventoryInput['hostKeys'],
) {
  return hosts.map(({ name, address, port }) => {
    const hostKey = hostKeys[name];
    if (hostKey !== undefined) return { address, port, hostKey };
    throw new RefusedError(
      `No pinned host key of ${name} is known, so Ansible could not tell it from an impostor.`,
      {
        host: host.name,
        advice: `See that the step confirmSsh has passed for ${name}.`,
      },
    );
  });
}
