import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Lab } from './lab.js';
import type { LabMachine } from './machine.js';

/**
 * The arguments of OpenSSH's `ssh` for a login to a lab machine; nothing of the user's own settings has a say.
 * @param knownHosts a file made by {@link writeKnownHosts}
 */
export function sshArguments(
  machine: Pick<LabMachine, 'address' | 'port' | 'user' | 'privateKey'>,
  knownHosts: string,
): string[] {
  const options = {
    IdentitiesOnly: 'yes',
    StrictHostKeyChecking: 'yes',
    UserKnownHostsFile: knownHosts,
    LogLevel: 'ERROR',
  };
  return [
    ...['-F', 'none', '-i', machine.privateKey, '-p', String(machine.port)],
    ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    `${machine.user}@${machine.address}`,
  ];
}

/** Writes the host keys of the lab's machines to the lab's own known_hosts, and gives its path. */
export async function writeKnownHosts(lab: Lab): Promise<string> {
  const path = join(lab.folder, 'known_hosts');
  await writeFile(path, (await lab.machines()).map(knownHostsLine).join(''));
  return path;
}

/** OpenSSH brackets an address only where the port is another than 22. */
export function knownHostsLine(machine: Pick<LabMachine, 'address' | 'port' | 'hostKey'>): string {
  const host = machine.port === 22 ? machine.address : `[${machine.address}]:${machine.port}`;
  return `${host} ${machine.hostKey}\n`;
}
