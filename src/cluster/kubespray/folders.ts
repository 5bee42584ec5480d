/** Where one cluster's files are on the control host; nothing is shared between clusters (trap T7). */
export interface ClusterFolders {
  readonly root: string;
  readonly kubespray: string;
  /** Folder of hosts.yaml and group_vars. */
  readonly inventory: string;
  readonly ansibleConfig: string;
  /** Folder of the plugin that writes a playbook's events. */
  readonly callbackPlugins: string;
  /** The program by which Ansible's ssh makes its connections. */
  readonly sshDial: string;
  readonly factCache: string;
  readonly controlPath: string;
  /** The pinned keys as Ansible's ssh reads them; the worker's own list of pins is another file. */
  readonly knownHosts: string;
  /** Logs and events of each playbook run. */
  readonly runs: string;
  /** Virtualenvs, one for each digest of requirements. */
  readonly virtualEnvironments: string;
}

/** @param stateFolder the control host's `Host.stateFolder` */
export function clusterFolders(stateFolder: string, cluster: string): ClusterFolders {
  const root = `${stateFolder}/clusters/${cluster}`;
  return {
    root,
    kubespray: `${root}/kubespray`,
    inventory: `${root}/inventory`,
    ansibleConfig: `${root}/ansible.cfg`,
    callbackPlugins: `${root}/callback_plugins`,
    sshDial: `${root}/ssh_dial.py`,
    factCache: `${root}/facts`,
    controlPath: `${root}/cp`,
    knownHosts: `${root}/ansible-known-hosts`,
    runs: `${root}/runs`,
    virtualEnvironments: `${root}/venvs`,
  };
}
