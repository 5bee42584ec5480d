import { describe, expect, it } from 'vitest';
import {
  ansibleConfig,
  controlPathFolder,
  forksFor,
  knownHostsText,
} from '../../../src/cluster/kubespray/ansible-config.js';
import { clusterFolders } from '../../../src/cluster/kubespray/folders.js';

/** In the manner of Kubespray's own file, with the settings that matter. */
const kubespray = `[ssh_connection]
pipelining=True
ansible_ssh_args = -o ControlMaster=auto -o UserKnownHostsFile=/dev/null
#control_path = ~/.ssh/ansible-%%r@%%h:%%p
[defaults]
# a comment
force_valid_group_names = ignore
host_key_checking=False
fact_caching_connection = /tmp
fact_caching_timeout = 86400
library = ./library
callbacks_enabled = profile_tasks,ara_default
roles_path = roles:$VIRTUAL_ENV/share/roles:/usr/share/roles
inventory_ignore_extensions = ~, .orig, .bak
[inventory]
ignore_patterns = artifacts, credentials
`;

const folders = clusterFolders('/var/lib/slipway', 'akash');
const base = { kubespray, folders, controlPath: '/var/lib/slipway/cp', privateKey: '/root/.ssh/id_rsa' };

/** "section.key" to value; a key given twice in a section would be seen as the last one, so it is refused. */
function settingsOf(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  let section = '';
  for (const line of text.split('\n')) {
    section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
    const [, key, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) continue;
    if (settings.has(`${section}.${key}`)) throw new Error(`${section}.${key} stands there twice`);
    settings.set(`${section}.${key}`, value);
  }
  return settings;
}

describe('the generated ansible.cfg', () => {
  const settings = settingsOf(ansibleConfig({ ...base, hostCount: 12 }));

  it('carries over what Kubespray needs, with paths made absolute', () => {
    expect(settings.get('defaults.force_valid_group_names')).toBe('ignore');
    expect(settings.get('defaults.library')).toBe('/var/lib/slipway/clusters/akash/kubespray/library');
    expect(settings.get('defaults.roles_path')).toBe(
      '/var/lib/slipway/clusters/akash/kubespray/roles:$VIRTUAL_ENV/share/roles:/usr/share/roles',
    );
    expect(settings.get('defaults.inventory_ignore_extensions')).toBe('~, .orig, .bak');
    expect(settings.get('inventory.ignore_patterns')).toBe('artifacts, credentials');
    expect(settings.get('defaults.fact_caching_timeout')).toBe('86400');
  });

  it('pins host keys where Kubespray does not', () => {
    expect(settings.get('defaults.host_key_checking')).toBe('True');
    const ssh = settings.get('ssh_connection.ssh_args');
    expect(ssh).toContain('StrictHostKeyChecking=yes');
    expect(ssh).toContain(`UserKnownHostsFile=${folders.knownHosts}`);
    expect([...settings.values()].join()).not.toContain('UserKnownHostsFile=/dev/null');
  });

  it('notices within half a minute a host that went away, and bears a silence of ten seconds', () => {
    const number = (option: string) =>
      Number(new RegExp(`${option}=(\\d+)`).exec(settings.get('ssh_connection.ssh_args') ?? '')?.[1]);
    const silence = number('ServerAliveInterval') * (number('ServerAliveCountMax') + 1);
    const connecting = number('ConnectTimeout') * number('ConnectionAttempts');
    expect(silence + connecting).toBeLessThan(28);
    expect(number('ServerAliveInterval') * number('ServerAliveCountMax')).toBeGreaterThan(10);
    expect(settings.get('ssh_connection.retries'), 'no module runs twice').toBe('0');
    const dial = `ProxyCommand=python3 -IS ${folders.sshDial} %h %p ${number('ConnectTimeout')} `;
    expect(settings.get('ssh_connection.ssh_args')).toContain(dial);
  });

  it('lets ssh ask for nothing', () => {
    expect(settings.get('ssh_connection.ssh_args')).toContain('BatchMode=yes');
  });

  it('shares no facts with another cluster', () => {
    expect(settings.get('defaults.fact_caching_connection')).toBe('/var/lib/slipway/clusters/akash/facts');
  });

  it('enables the plugin by which progress is read', () => {
    expect(settings.get('defaults.callbacks_enabled')).toBe('slipway_events');
    expect(settings.get('defaults.callback_plugins')).toBe(folders.callbackPlugins);
  });

  it('sets forks by the number of hosts, within bounds', () => {
    expect(settings.get('defaults.forks')).toBe('12');
    expect([1, 5, 50, 1000].map(forksFor)).toEqual([5, 5, 50, 50]);
  });

  it('leaves a per cent sign as it is, because Ansible reads values raw', () => {
    const text = ansibleConfig({ ...base, hostCount: 1, privateKey: '/keys/50%/id' });
    expect(settingsOf(text).get('defaults.private_key_file')).toBe('/keys/50%/id');
  });

  it('takes names of Kubespray’s own file for names and nothing more, in any case', () => {
    const text = '[__proto__]\npolluted = yes\n[defaults]\n__proto__ = x\nHost_Key_Checking = False\n';
    const settings = settingsOf(ansibleConfig({ ...base, kubespray: text, hostCount: 1 }));
    expect(settings.get('__proto__.polluted')).toBe('yes');
    expect(settings.get('defaults.host_key_checking')).toBe('True');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('does without shared connections where no path is short enough', () => {
    const settings = settingsOf(ansibleConfig({ ...base, hostCount: 1, controlPath: undefined }));
    expect(settings.get('ssh_connection.ssh_args')).not.toContain('ControlMaster');
    expect(settings.has('ssh_connection.control_path_dir')).toBe(false);
  });
});

describe('the folder of control sockets', () => {
  /** What ssh makes of it while it binds: the folder, Ansible's name, and a suffix of ssh's own. */
  const longest = (folder: string) => `${folder}/0123456789.abcdefghijklmnop`.length;

  it('stays within what a UNIX socket can carry, for the longest cluster name', () => {
    const long = clusterFolders('/var/lib/slipway', 'x'.repeat(63));
    const folder = controlPathFolder('/var/lib/slipway', long);
    expect(folder).toMatch(/^\/var\/lib\/slipway\/cp\/[0-9a-f]{8}$/);
    expect(longest(folder ?? '')).toBeLessThanOrEqual(107);
  });

  it('is the cluster’s own', () => {
    expect(controlPathFolder('/var/lib/slipway', folders)).toBe('/var/lib/slipway/clusters/akash/cp');
    const [one, two] = ['a', 'b'].map((letter) =>
      controlPathFolder('/var/lib/slipway', clusterFolders('/var/lib/slipway', letter.repeat(63))),
    );
    expect(one).not.toBe(two);
  });

  it('is none where the state folder itself is too long', () => {
    const state = `/${'x'.repeat(80)}`;
    expect(controlPathFolder(state, clusterFolders(state, 'akash'))).toBeUndefined();
  });
});

describe('known_hosts for Ansible', () => {
  it('names the port only where it is not 22, and names in lower case', () => {
    const hostKey = 'ssh-ed25519 AAAA';
    expect(
      knownHostsText([
        { address: '10.0.0.1', port: 22, hostKey },
        { address: 'Node2.example', port: 2222, hostKey },
      ]),
    ).toBe('10.0.0.1 ssh-ed25519 AAAA\n[node2.example]:2222 ssh-ed25519 AAAA\n');
  });
});
