import type { Problem } from '../problems.js';

/** A value that is in the list a second time. */
export interface Repeat {
  readonly index: number;
  /** Where it is for the first time. */
  readonly first: number;
  readonly value: string;
}

/** Every repeated value of a list, in order; `undefined` is no value. */
export function repeats(values: readonly (string | undefined)[]): Repeat[] {
  const seen = new Map<string, number>();
  return values.flatMap((value, index) => {
    if (value === undefined) return [];
    const first = seen.get(value);
    if (first !== undefined) return [{ index, first, value }];
    seen.set(value, index);
    return [];
  });
}

/** A problem with a value that is there. */
export function wrong(path: Problem['path'], message: string): Problem {
  return { path, message, kind: 'wrong' };
}
