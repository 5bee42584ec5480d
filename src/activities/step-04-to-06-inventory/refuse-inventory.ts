import type { ClusterFolders } from '../../cluster/kubespray/folders.js';
import type { Host } from '../../hosts/host.js';
import type { CloneInput } from '../../protocol/control-host-inputs.js';
import { refuseEditedSample } from './copy-sample.js';
import { refuseForeignVariables } from './write-group-variables.js';

/** Steps 4 to 6 come after step 7, when it is late to ask about the files of an earlier inventory. */
export async function refuseInventory(
  host: Host,
  folders: ClusterFolders,
  { inventory }: CloneInput,
): Promise<void> {
  if (inventory === undefined) return;
  await refuseEditedSample(host, folders, inventory);
  await refuseForeignVariables(host, folders, inventory);
}
