import { describe, expect, it } from 'vitest';
import { problems, controlPlane } from '../../support/specification-problems.js';

describe('other fields', () => {
  it.each([
    [{ dns: { upstream: ['8.8.8'] } }, 'dns.upstream.0: must be an IP address'],
    [{ dns: { upstream: [] } }, 'dns.upstream: must hold at least 1 entry'],
    [{ ssh: { user: 'root; id' } }, 'ssh.user: must be a Linux user name'],
    [{ ssh: { privateKey: { file: 'id_rsa' } } }, 'ssh.privateKey.file: must begin with / or ~/'],
    [
      { ssh: { privateKey: { file: '/keys/a ;b' } } },
      'ssh.privateKey.file: must hold only letters, digits and @ ~ / . _ + = , -, because Ansible reads it',
    ],
    [
      { ssh: { privateKey: { file: '/keys/{{ lookup("pipe", "id") }}' } } },
      'ssh.privateKey.file: must hold only letters, digits and @ ~ / . _ + = , -, because Ansible reads it',
    ],
    [
      { ssh: { privateKey: { file: '/keys/$HOME' } } },
      'ssh.privateKey.file: must hold only letters, digits and @ ~ / . _ + = , -, because Ansible reads it',
    ],
    [{ approval: { hours: 0 } }, 'approval.hours: must be more than 0'],
    [{ approval: { hours: 9000 } }, 'approval.hours: must be at most 8760'],
    [{ firewall: { openPorts: [{ port: 70000 }] } }, 'firewall.openPorts.0.port: must be at most 65535'],
    [{ firewall: { openPorts: [{ port: 80.5 }] } }, 'firewall.openPorts.0.port: must be a whole number'],
    [{ firewall: { enabled: 'yes' } }, 'firewall.enabled: must be true or false'],
    [
      { overrides: [{ check: 'worker-cpu', reason: 'lab' }] },
      'overrides.0.check: must be the name of a check, as the plan and the report show it; did you mean worker-cpus?',
    ],
    [
      { overrides: [{ check: 'swap', reason: ' ' }] },
      'overrides.0.reason: must be at least 3 characters long',
    ],
    [{ name: 12 }, 'name: must be text; put quotes around 12'],
    [{ name: true }, 'name: must be text; put quotes around true'],
  ])('%j is refused: %s', (setting, expected) => {
    expect(problems({ name: 'a', hosts: [controlPlane], ...setting })).toEqual([expected]);
  });
});
