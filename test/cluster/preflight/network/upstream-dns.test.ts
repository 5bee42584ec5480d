import { expect, it } from 'vitest';
import { checks, findingsOf } from '../../../support/preflight-worker.js';

it('is refused where it is a loopback address, which is told', () => {
  expect(checks({}, { dns: { upstream: ['127.0.0.53'] } })).toEqual(['error upstream-dns']);
  expect(findingsOf({}, { dns: { upstream: ['8.8.8.8', '::1'] } })).toMatchObject([
    { check: 'upstream-dns', is: '::1' },
  ]);
});
