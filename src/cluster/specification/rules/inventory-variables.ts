import type { Draft } from '../draft.js';
import type { Problem } from '../problems.js';
import { wrong } from './repeats.js';

/**
 * What the inventory says of each host, by Ansible's names of it, and the field that it comes from. A variable of a
 * group loses to that of a host without a word, and the older names of the same (`ansible_ssh_host`) win over the
 * newer ones: all hosts would be one, beside the host keys that are pinned.
 */
const fields: Readonly<Record<string, string>> = {
  ip: 'hosts.*.internalAddress',
  access_ip: 'hosts.*.internalAddress',
  ansible_host: 'hosts.*.address',
  ansible_ssh_host: 'hosts.*.address',
  ansible_port: 'hosts.*.port',
  ansible_ssh_port: 'hosts.*.port',
  ansible_user: 'ssh.user or hosts.*.user',
  ansible_ssh_user: 'ssh.user or hosts.*.user',
  ansible_private_key_file: 'ssh.privateKey',
  ansible_ssh_private_key_file: 'ssh.privateKey',
};

/** They would take the place of ssh_args in ansible.cfg. */
const sshArguments = 'ansible_ssh_args';

/** Variables of the operator's own that say how a host is reached, which the specification says elsewhere. */
export function inventoryVariableProblems({ kubespray }: Draft): Problem[] {
  const wrongVariable = (name: string, message: string) => wrong(['kubespray', 'variables', name], message);
  return Object.keys(kubespray.variables).flatMap((name) => {
    if (name === sshArguments) {
      return [
        wrongVariable(
          name,
          'must not take the place of the arguments by which host keys are pinned; use ansible_ssh_common_args, which come after them',
        ),
      ];
    }
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) return [];
    return [
      wrongVariable(
        name,
        `must not be set for all hosts at once, because Slipway tells Ansible how each is reached; use ${field}`,
      ),
    ];
  });
}
