import { canonicalJson } from '../values/digest.js';
import { namesText } from '../text/outline.js';
import {
  networkPluginVariable,
  pluginForKubespray,
  variablesByNodes,
} from '../specification/network-plugin.js';
import { gpuOf, nvidiaVariables } from './gpu.js';
import { downloadVariables } from '../mirror/download-variables.js';
import type { Specification } from '../specification/specification.js';
import type { StorageLayouts } from '../storage/storage-layouts.js';
import { yamlForAnsible } from '../text/ansible-yaml.js';

type Variables = Readonly<Record<string, unknown>>;

/** What Kubespray's variables are made of. */
export interface VariableSources {
  readonly specification: Specification;
  /** Kubespray's. */
  readonly release: string;
  readonly storage: StorageLayouts;
}

/** A variable of the specification that takes the place of one of Slipway's. */
export interface Conflict {
  readonly name: string;
  /** Where Slipway would have written it, beneath the inventory's folder. */
  readonly path: string;
  readonly own: unknown;
  readonly replaced: unknown;
}

export interface GroupVariables {
  /** Contents by path beneath the inventory's folder. */
  readonly files: Readonly<Record<string, string>>;
  readonly conflicts: readonly Conflict[];
}

/**
 * The variables of the document's steps 5, 6 and 7.13, of its guide to GPUs, the renewal of certificates (trap T13), and
 * the network plugin whose ports the firewall opens (trap T12), with what it needs on a single node. But for those of a
 * mirror they are the same for every release, which is named in the files for their reader.
 *
 * They are written into files of their own beside those that come with Kubespray's sample inventory, which stay as the
 * release has them. Ansible reads every file of `group_vars/<group>/` in alphabetical order, and a later one wins:
 * `slipway.yml` comes after `addons.yml`, `k8s-cluster.yml`, `k8s-net-*.yml` and `kube_control_plane.yml` of
 * `k8s_cluster`. In `all` two files of the sample come later (`upcloud.yml`, `vsphere.yml`); they set variables of those
 * clouds only. The operator's own variables stand in `k8s_cluster/slipway.yml`, and a group wins over `all`, and
 * `k8s_cluster` over `etcd`. (Seen with ansible-core 2.15 and 2.17.)
 */
export function groupVariables({ specification, release, storage }: VariableSources): GroupVariables {
  const own = specification.kubespray.variables;
  const { networkPlugin } = specification.firewall;
  const written: Record<string, Variables> = {
    'group_vars/all/slipway.yml': {
      upstream_dns_servers: specification.dns.upstream,
      unsafe_show_logs: showDownloads,
      ...downloadVariables(specification.mirror ?? {}, release),
    },
    [ownPath]: {
      container_manager: 'containerd',
      auto_renew_certificates: renewsCertificates(specification),
      [networkPluginVariable]: pluginForKubespray(networkPlugin, own),
      ...variablesByNodes(networkPlugin, specification.hosts.length),
    },
  };
  addStorageVariables(written, { specification, storage });
  addGpuVariables(written, specification);

  const conflicts: Conflict[] = [];
  const files: Record<string, string> = {};
  for (const [path, variables] of Object.entries(written)) {
    conflicts.push(...conflictsIn(path, variables, own));
    const kept = Object.entries(variables).filter(([name]) => !Object.hasOwn(own, name));
    const content = { ...Object.fromEntries(kept), ...(path === ownPath ? own : {}) };
    files[path] = yamlForAnsible(content, { comment: header(release) });
  }
  return { files, conflicts };
}

/**
 * Kubespray hides with one switch what its tasks say: downloads, in whose addresses credentials may stand, as well as
 * keys of etcd and passwords of registries. This opens it for one kind only: a download from an address without user,
 * password and query, whose failure would else be "the output has been hidden". Whoever sets the switch in
 * `kubespray.variables` has the last word.
 */
const showDownloads = "{{ (download | default({})).url | default('') is match('https?://[^@?#]+$') }}";

/** Kubespray refuses to renew what it has not made. */
function renewsCertificates({ kubespray }: Specification): boolean {
  return kubespray.autoRenewCertificates ?? kubespray.variables['kube_external_ca_mode'] !== true;
}

/** Where the operator's variables are written: the strongest of the groups that every node is in. */
const ownPath = 'group_vars/k8s_cluster/slipway.yml';

/**
 * Step 7.13. For the whole cluster where every host's data lie at the same place, as in the document; else for each
 * host on its own, because kubelet and containerd of a host without the array would write to its system disk beneath
 * the mount point's name. With the layout `bind` the usual paths stay valid, and nothing is to be said.
 */
function addStorageVariables(
  written: Record<string, Variables>,
  { specification, storage }: Pick<VariableSources, 'specification' | 'storage'>,
): void {
  const names = specification.hosts.map(({ name }) => name);
  const mountPoints = names.map((name) =>
    storage[name]?.layout === 'root-dir' ? storage[name].mountPoint : null,
  );
  const [first] = mountPoints;
  if (first != null && mountPoints.every((mountPoint) => mountPoint === first)) {
    written[ownPath] = { ...written[ownPath], ...storageVariables(first) };
    return;
  }
  names.forEach((name, index) => {
    const mountPoint = mountPoints[index];
    if (mountPoint != null) addHostVariables(written, name, storageVariables(mountPoint));
  });
}

/** For each GPU worker on its own: the other hosts have no such runtime. */
function addGpuVariables(written: Record<string, Variables>, specification: Specification): void {
  for (const host of specification.hosts) {
    if (gpuOf(specification, host) === 'nvidia') addHostVariables(written, host.name, nvidiaVariables);
  }
}

function addHostVariables(written: Record<string, Variables>, host: string, variables: Variables): void {
  const path = `host_vars/${host}.yml`;
  written[path] = { ...written[path], ...variables };
}

/** `kubelet_custom_flags` is a list, not the document's string: from v2.27 on a string becomes one flag a letter (trap T1). */
function storageVariables(mountPoint: string): Variables {
  return {
    containerd_storage_dir: `${mountPoint}/containerd`,
    kubelet_custom_flags: [`--root-dir=${mountPoint}/kubelet`],
  };
}

function conflictsIn(path: string, variables: Variables, own: Variables): Conflict[] {
  return Object.entries(variables)
    .filter(([name, value]) => Object.hasOwn(own, name) && canonicalJson(own[name]) !== canonicalJson(value))
    .map(([name, value]) => ({ name, path, own: own[name], replaced: value }));
}

/** One sentence for each variable, however many files it would have been written into. */
export function conflictTexts(conflicts: readonly Conflict[]): string[] {
  const places = new Map<string, string[]>();
  for (const { name, path, own, replaced } of conflicts) {
    const text = `kubespray.variables sets ${name} to ${canonicalJson(own)}; it takes the place of ${canonicalJson(replaced)}`;
    places.set(text, [...(places.get(text) ?? []), path]);
  }
  return [...places].map(([text, paths]) => `${text} in ${namesText(paths)}.`);
}

function header(release: string): string {
  return `Written by Slipway for Kubespray ${release}. Changes made here are lost: use kubespray.variables of the specification.`;
}
