import { didYouMean } from '../did-you-mean.js';
import type { Draft } from '../draft.js';
import type { Problem } from '../problems.js';
import { wrong } from './repeats.js';

/** Overrides name hosts of the specification. */
export function overrideProblems({ overrides, hosts }: Draft): Problem[] {
  const names = hosts.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return overrides.flatMap((override, index) =>
    override.hosts.flatMap((host, position) => {
      if (names.includes(host)) return [];
      const similar = didYouMean(host, names);
      const hint = similar === undefined ? '' : `; did you mean ${similar}?`;
      return [wrong(['overrides', index, 'hosts', position], `must be the name of a host${hint}`)];
    }),
  );
}
