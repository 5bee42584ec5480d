import { NotProvenError } from '../../hosts/errors.js';
import { fingerprint as fingerprintOf, parseHostKey } from '../../hosts/host-key.js';
import { sh } from '../../hosts/script.js';
import type { ConfirmSshResult } from '../../protocol/step-inputs.js';
import { hostStep, unchanged } from '../running/step.js';

/**
 * Step 3: "Confirm SSH to the Kubernetes Hosts": the key gets in without a password, and scripts run as root, directly
 * or by `sudo -n`. Gives back the pinned host key, for Ansible's known_hosts.
 */
export const confirmSsh = hostStep(
  'confirmSsh',
  async (host, { host: address }): Promise<ConfirmSshResult> => {
    const { stdout } = await host.run(sh`id -u`, { what: 'become root' });
    const user = address.kind === 'ssh' ? address.user : 'the user of the worker';
    if (address.kind === 'ssh' && stdout.trim() !== '0') {
      throw new NotProvenError(
        `${user} on ${host.name} does not become root: "id -u" says ${stdout.trim()}.`,
        {
          host: host.name,
          command: 'id -u',
          advice: `Allow ${user} to run sudo without a password (NOPASSWD), or log in as root.`,
        },
      );
    }
    const { hostKey = '' } = host;
    const parsed = parseHostKey(hostKey);
    const fingerprint = parsed ? fingerprintOf(parsed) : '';
    const summary = `${user} gets in by key${fingerprint === '' ? '' : `; host key ${fingerprint}`}`;
    return { ...unchanged(summary), hostKey, fingerprint };
  },
);
