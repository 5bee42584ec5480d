/**
 * The known word that an unknown one was most likely meant to be: the same but for capitals, `-` and `_`, or one to two
 * slips of the finger away.
 */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replace(/[-_]/g, '');
  const allowed = Math.min(2, Math.floor(word.length / 3));
  return known
    .map((candidate) => ({ candidate, slips: slipsBetween(plain(word.slice(0, 64)), plain(candidate)) }))
    .filter(({ slips }) => slips <= allowed)
    .sort((left, right) => left.slips - right.slips)
    .at(0)?.candidate;
}

/** Letters inserted, left out, replaced or swapped with their neighbour (optimal string alignment). */
function slipsBetween(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (same ? 0 : 1),
          swapped ? at(beforeLast, column - 2) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
