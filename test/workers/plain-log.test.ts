import { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { plainLog } from '../../src/workers/plain-log.js';
import { hostile, obeyed } from '../support/hostile.js';

it('writes failures that hold the words of hosts as text that no terminal obeys', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      let written = '';
      const log = plainLog('INFO', (line) => (written += line));
      log.warn(`Activity failed: ${text}`, {
        error: ApplicationFailure.create({ message: text }),
        host: text,
      });
      expect(written).toMatch(/^\S+Z \[WARN\] Activity failed:[^]*\n$/);
      expect(written).not.toMatch(obeyed);
    }),
    { numRuns: 300 },
  );
});

it('leaves out what is less severe than asked for', () => {
  const lines: string[] = [];
  const log = plainLog('ERROR', (line) => lines.push(line));
  log.warn('a warning');
  log.error('an error');
  expect(lines).toEqual([expect.stringMatching(/\[ERROR\] an error\n$/)]);
});
