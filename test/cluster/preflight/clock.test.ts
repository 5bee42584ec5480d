import { describe, expect, it } from 'vitest';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { someFacts } from '../../support/builders.js';
import { specificationOf } from '../../support/preflight-scene.js';

describe('clocks', () => {
  it('are compared only with what the same machine has looked at', () => {
    const at = (milliseconds: number, by: string) => ({ milliseconds, uncertainty: 5, by });
    const facts = Object.fromEntries(
      [at(5_000, 'a'), at(5_010, 'a'), at(20, 'a'), at(5_000, 'b')].map((clock, index) => [
        ['cp1', 'cp2', 'cp3', 'w'][index] ?? '',
        someFacts({
          clock,
          machineId: `m${index}`,
          hostname: `h${index}`,
          addresses: [`10.0.0.${index + 1}`, '10.0.0.9'],
        }),
      ]),
    );
    const clocks = preflight({ specification: specificationOf({}), facts }).filter(
      ({ check }) => check === 'clock',
    );
    // Of four votes the lower middle one is taken: the asking machine's and that of cp3 are alike.
    expect(clocks.map(({ host, is }) => `${host ?? ''} ${is}`)).toEqual([
      'cp1 5.0 s ahead of the other machines',
      'cp2 5.0 s ahead of the other machines',
      'w 5.0 s ahead of the other machines',
    ]);
  });
});
