import { digestOf } from '../values/digest.js';
import type { ClusterFolders } from './folders.js';

/** Everything in a generated ansible.cfg, by section and key. */
type Sections = Record<string, Record<string, string>>;

interface Input {
  /** Text of the `ansible.cfg` that the checked-out Kubespray brings along. */
  readonly kubespray: string;
  readonly folders: ClusterFolders;
  /** From {@link controlPathFolder}. */
  readonly controlPath: string | undefined;
  /** Path of the private key on the control host. */
  readonly privateKey: string;
  readonly hostCount: number;
}

/** A UNIX socket's path is at most 107 bytes; ssh adds 17 to a new one, and Ansible names it with 11. */
const longestControlPath = 107 - 17 - 11;

/** Settings of Ansible that hold paths, which are relative to the configuration file they stand in. */
const pathSettings =
  /^(library|module_utils|roles_path|collections_paths?|(action|become|cache|callback|cliconf|connection|doc_fragment|filter|httpapi|inventory|lookup|netconf|strategy|terminal|test|vars)_plugins)$/;

/** What Kubespray's file says about SSH under names that this one does not set. */
const replacedConnectionSettings = ['ansible_ssh_args', 'control_path'];

/**
 * The configuration that ANSIBLE_CONFIG names, and that Ansible reads instead of Kubespray's own (trap T8).
 * What Kubespray needs for itself is carried over, with paths made absolute; replaced is what two clusters must not
 * share (fact cache, control sockets), what hides an impostor (host keys), and what makes a dead host hang.
 * Paths are written as they are: those with `;`, which begins a comment, are refused where they are named, and Ansible
 * does not interpolate `%`.
 */
export function ansibleConfig({ kubespray, folders, controlPath, privateKey, hostCount }: Input): string {
  const carried = absolutePaths(parseIni(kubespray), folders.kubespray);
  const own: Sections = {
    defaults: {
      host_key_checking: 'True',
      forks: String(forksFor(hostCount)),
      timeout: '60',
      gathering: 'smart',
      fact_caching: 'jsonfile',
      fact_caching_connection: folders.factCache,
      private_key_file: privateKey,
      callback_plugins: folders.callbackPlugins,
      callbacks_enabled: 'slipway_events',
      stdout_callback: 'default',
      nocolor: 'True',
      retry_files_enabled: 'False',
    },
    ssh_connection: {
      pipelining: 'True',
      // A connection that breaks is no reason to run a module, which may be at work still, a second time.
      retries: '0',
      ssh_args: sshArguments(folders, { shared: controlPath !== undefined }),
      ...(controlPath !== undefined && { control_path_dir: controlPath }),
    },
  };
  for (const key of replacedConnectionSettings) delete carried['ssh_connection']?.[key];
  return writeIni({
    ...carried,
    ...Object.fromEntries(
      Object.entries(own).map(([name, settings]) => [name, { ...carried[name], ...settings }]),
    ),
  });
}

/**
 * Enough that small clusters go host by host at once, few enough for the control host's memory. They may be more than one
 * sshd takes at once, as when all hosts have a task on the first control plane: see deploy/ansible/ssh_dial.py.
 */
export function forksFor(hostCount: number): number {
  return Math.min(Math.max(hostCount, 5), 50);
}

/**
 * The folder of SSH's control sockets, short enough for a UNIX socket; undefined where even the short form is not, and
 * connections are then not shared. Its name holds the cluster's, as a digest when need be (trap T7).
 */
export function controlPathFolder(
  stateFolder: string,
  { controlPath, root }: ClusterFolders,
): string | undefined {
  return [controlPath, `${stateFolder}/cp/${digestOf(root).slice(-8)}`].find(
    (path) => new TextEncoder().encode(path).length <= longestControlPath,
  );
}

/** Lines for known_hosts: by address, with the port where it is not 22. */
export function knownHostsText(
  hosts: readonly { readonly address: string; readonly port: number; readonly hostKey: string }[],
): string {
  return hosts.map(({ address, port, hostKey }) => `${knownHostsName(address, port)} ${hostKey}\n`).join('');
}

/** ssh looks names up in lower case. */
function knownHostsName(address: string, port: number): string {
  return port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`;
}

/** Seconds after which a connection that cannot be made is given up. */
const connectTimeout = 10;
/** Seconds for which one that sshd drops is tried again; Ansible's `timeout`, within which `sudo` must begin, is longer. */
const dropPatience = 40;

/**
 * A host that went away is noticed within half a minute, and a silence of ten seconds does no harm. Where the shared
 * connection is silent, ssh gives it up after 16 s (one interval more than CountMax), and may then try a new one for
 * 10 s more. ssh takes the first value that it is given for an option, so Ansible's `timeout`, which bounds how long
 * `sudo` may take on a busy host as well, does not count here.
 * A key that is not pinned is refused without a question, and so is a key with a passphrase.
 * What sshd drops for want of room is dialled again, by the only part that can: see deploy/ansible/ssh_dial.py.
 */
function sshArguments({ knownHosts, sshDial }: ClusterFolders, { shared }: { shared: boolean }): string {
  const options = [
    ...(shared ? ['ControlMaster=auto', 'ControlPersist=5m'] : []),
    'BatchMode=yes',
    `ConnectTimeout=${connectTimeout}`,
    'ConnectionAttempts=1',
    'ServerAliveInterval=4',
    'ServerAliveCountMax=3',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    'PasswordAuthentication=no',
    'ProxyUseFdpass=yes',
    `'ProxyCommand=python3 -IS ${sshDial} %h %p ${connectTimeout} ${dropPatience}'`,
  ];
  return options.map((option) => `-o ${option}`).join(' ');
}

/**
 * The dialect of Python's ConfigParser that ansible.cfg files keep to: sections, `key = value`, whole-line comments.
 * Names of settings count in any case. Any repository may be named as Kubespray's, so no name in its file, such as
 * `__proto__`, may reach an object that it is not meant for.
 */
function parseIni(text: string): Sections {
  const sections = Object.create(null) as Sections;
  let section = Object.create(null) as Record<string, string>;
  for (const line of text.split('\n')) {
    const heading = /^\[(?<name>[^\]]+)\]/.exec(line)?.groups?.['name'];
    if (heading !== undefined) {
      section = sections[heading] ??= Object.create(null) as Record<string, string>;
    }
    const setting = /^(?<key>[A-Za-z0-9_]+)\s*[=:]\s*(?<value>.*?)\s*$/.exec(line)?.groups;
    if (setting) section[(setting['key'] ?? '').toLowerCase()] = setting['value'] ?? '';
  }
  return sections;
}

function writeIni(sections: Sections): string {
  const head = "# Written by Slipway from Kubespray's own ansible.cfg. Changes made here are lost.\n";
  const texts = Object.entries(sections).map(([name, settings]) => {
    const lines = Object.entries(settings).map(([key, value]) => `${key} = ${value}`);
    return `\n[${name}]\n${lines.join('\n')}\n`;
  });
  return head + texts.join('');
}

function absolutePaths(sections: Sections, folder: string): Sections {
  const absolute = (key: string, value: string) =>
    pathSettings.test(key)
      ? value
          .split(':')
          .map((path) => against(folder, path))
          .join(':')
      : value;
  return Object.fromEntries(
    Object.entries(sections).map(([name, settings]) => [
      name,
      Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, absolute(key, value)])),
    ]),
  );
}

function against(folder: string, path: string): string {
  if (/^[/~${]/.test(path)) return path;
  return `${folder}/${path.replace(/^\.\//, '')}`;
}
