import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { inventoryYaml } from '../../../../src/cluster/kubespray/inventory.js';
import { aSpecification, documentHosts } from '../../../support/builders.js';
import { problems, controlPlane } from '../../../support/specification-problems.js';

describe('rules for variables of the inventory', () => {
  const kubespray = (setting: unknown) => problems({ name: 'a', hosts: [controlPlane], kubespray: setting });

  // Each was seen with ansible-core 2.15 and 2.18: of a host's own it loses unsaid, of the older names it wins for every host.
  it.each([
    ['ip', '{{ ansible_eno2.ipv4.address }}', 'hosts.*.internalAddress'],
    ['access_ip', '10.0.0.9', 'hosts.*.internalAddress'],
    ['ansible_host', '10.0.0.9', 'hosts.*.address'],
    ['ansible_ssh_host', '10.0.0.9', 'hosts.*.address'],
    ['ansible_port', 2222, 'hosts.*.port'],
    ['ansible_ssh_port', 2222, 'hosts.*.port'],
    ['ansible_user', 'admin', 'ssh.user or hosts.*.user'],
    ['ansible_ssh_user', 'admin', 'ssh.user or hosts.*.user'],
    ['ansible_private_key_file', '/keys/a', 'ssh.privateKey'],
    ['ansible_ssh_private_key_file', '/keys/a', 'ssh.privateKey'],
  ])('refuse the variable %s, which Slipway writes for each host', (name, value, field) => {
    expect(kubespray({ variables: { [name]: value } })).toEqual([
      `kubespray.variables.${name}: must not be set for all hosts at once, because Slipway tells Ansible how each is reached; use ${field}`,
    ]);
  });

  it('refuse arguments of ssh in the place of those that pin host keys, and take others beside them', () => {
    const variables = { ansible_ssh_args: '-o ControlMaster=auto', ansible_ssh_common_args: '-J jump' };
    expect(kubespray({ variables })).toEqual([
      'kubespray.variables.ansible_ssh_args: must not take the place of the arguments by which host keys are pinned; use ansible_ssh_common_args, which come after them',
    ]);
  });

  it('know every variable that the inventory has', () => {
    const specification = aSpecification({
      ssh: { user: 'admin' },
      hosts: documentHosts.map((host) => ({ ...host, port: 2222, user: 'ops', internalAddress: '10.1.0.1' })),
    });
    const { all } = parse(inventoryYaml({ specification, release: 'v2.31.0', privateKey: '/k' })) as {
      all: { vars: object; hosts: Record<string, object> };
    };
    const written = [all.vars, ...Object.values(all.hosts)].flatMap((variables) => Object.keys(variables));
    expect(written).not.toEqual([]);
    for (const name of written) expect(kubespray({ variables: { [name]: 'x' } })).toHaveLength(1);
  });
});
