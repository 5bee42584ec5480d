import { describe, expect, it } from 'vitest';
import { identityScript } from '../../src/lab/identity.js';

describe('identityScript', () => {
  it('sets the clock, and waits for every disk', () => {
    const identity = {
      name: 'w',
      machineId: 'f'.repeat(32),
      privateHostKey: 'KEY\n',
      hostKey: 'ssh-ed25519 AAAA',
    };
    const script = identityScript(identity, ['D1', 'D2'], 1_700_000_000_500);
    expect(script).toContain('date -s @1700000000.500');
    expect(script).toContain(
      'for disk in /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_D1 /dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_D2;',
    );
  });
});
