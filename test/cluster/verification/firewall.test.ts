import { describe, expect, it } from 'vitest';
import { judgeFirewall } from '../../../src/cluster/verification/firewall.js';

describe('the firewall', () => {
  it.each([
    [{ loaded: true, asProven: true, kept: true }, true, 'loaded; kept for the next boot'],
    [{ loaded: false, asProven: false, kept: true }, false, 'not loaded; kept for the next boot'],
    [
      { loaded: true, asProven: false, kept: true },
      false,
      'loaded, but changed by somebody; kept for the next boot',
    ],
    [{ loaded: true, asProven: true, kept: false }, false, 'loaded; not kept for the next boot'],
  ])('%o', (seen, passed, is) => {
    expect(judgeFirewall('node1', seen)[0]).toMatchObject({ passed, is });
  });
});
