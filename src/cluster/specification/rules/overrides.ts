import { checkNames } from '../check-names.js';
import { didYouMean } from '../../text/did-you-mean.js';
import type { Draft } from '../draft.js';
import type { Problem } from '../problems.js';
import { wrong } from './repeats.js';

/** Overrides name checks that there are, and hosts of the specification. */
export function overrideProblems({ overrides, hosts }: Draft): Problem[] {
  const names = hosts.flatMap(({ name }) => (name === undefined ? [] : [name]));
  return overrides.flatMap((override, index) => [
    ...unknownNames(override.check === undefined ? [] : [override.check], checkNames).map(({ hint }) =>
      wrong(
        ['overrides', index, 'check'],
        `must be the name of a check, as the plan and the report show it${hint}`,
      ),
    ),
    ...unknownNames(override.hosts, names).map(({ position, hint }) =>
      wrong(['overrides', index, 'hosts', position], `must be the name of a host${hint}`),
    ),
  ]);
}

function unknownNames(
  words: readonly string[],
  known: readonly string[],
): { readonly position: number; readonly hint: string }[] {
  return words.flatMap((word, position) => {
    if (known.includes(word)) return [];
    const similar = didYouMean(word, known);
    return [{ position, hint: similar === undefined ? '' : `; did you mean ${similar}?` }];
  });
}
