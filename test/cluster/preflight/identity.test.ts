import { describe, expect, it } from 'vitest';
import { found } from '../../support/preflight-scene.js';

describe('a new machine ID', () => {
  it('may change the address that DHCP gives, which the advice says', () => {
    expect(found({ facts: { machineId: '' } })[0]?.mend).toContain('DHCP');
  });
});
