import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../../src/cluster/text/did-you-mean.js';

const known = ['ephemeralStorage', 'hosts', 'etcd', 'etcd-disk', 'worker-cpus'];

describe('didYouMean', () => {
  it.each([
    ['other capitals, hyphens and underscores', 'EPHEMERAL_storage', 'ephemeralStorage'],
    ['a letter too few', 'host', 'hosts'],
    ['a letter too many', 'hostss', 'hosts'],
    ['another letter', 'hozts', 'hosts'],
    ['two letters swapped', 'hsots', 'hosts'],
    ['two slips in a long word', 'workr-cpu', 'worker-cpus'],
  ])('knows a word by %s', (_, word, meant) => {
    expect(didYouMean(word, known)).toBe(meant);
  });

  it.each([
    ['a short word with a slip', 'xx'],
    ['two slips in a word of five letters', 'hxxts'],
    ['three slips in a long one', 'worxxx-cpus'],
    ['nothing', ''],
  ])('guesses nothing from %s', (_, word) => {
    expect(didYouMean(word, known)).toBeUndefined();
  });

  it('takes the nearest of several', () => {
    expect(didYouMean('etcd-disc', ['etcd-dish', 'etcd-disk', 'etcd_disc'])).toBe('etcd_disc');
  });

  it('takes no time for a word of a million letters', () => {
    const begun = performance.now();
    expect(didYouMean('x'.repeat(1_000_000), known)).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
