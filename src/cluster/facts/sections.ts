/** The host's answer cannot be understood. */
export class FactsError extends Error {
  override readonly name = 'FactsError';
}

/**
 * The parts of the answer, by name; each begins with a line of the mark and the name. The script prints a newline before
 * each mark; splitting takes that away, so that a file's text arrives exactly as it is.
 */
export type FactsSections = ReadonlyMap<string, string>;

/**
 * Takes the answer of the facts script apart.
 * @throws FactsError when it is cut off: the last section must be `end`
 */
export function splitSections(output: string, mark: string): FactsSections {
  const sections = new Map<string, string>();
  for (const piece of `\n${output}`.split(`\n${mark} `).slice(1)) {
    const end = piece.indexOf('\n');
    const name = end === -1 ? piece : piece.slice(0, end);
    sections.set(name.trim(), end === -1 ? '' : piece.slice(end + 1));
  }
  if (!sections.has('end'))
    throw new FactsError('The facts are incomplete: the script did not come to its end.');
  return sections;
}

/** A section's text without white space around it. */
export function textOf(sections: FactsSections, name: string): string {
  return (sections.get(name) ?? '').trim();
}

/** A section's lines without empty ones. */
export function linesOf(sections: FactsSections, name: string): readonly string[] {
  return textOf(sections, name)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Blocks of KEY=value lines, each beginning with the given key. */
export function blocksOf(
  sections: FactsSections,
  name: string,
  first: string,
): readonly Readonly<Record<string, string>>[] {
  const blocks: Record<string, string>[] = [];
  for (const line of linesOf(sections, name)) {
    const [key = '', ...rest] = line.split('=');
    if (key === first) blocks.push({});
    const block = blocks.at(-1);
    if (block !== undefined) block[key] = rest.join('=');
  }
  return blocks;
}

/** Pairs of words, as a map from the first to all second ones. */
export function pairsOf(sections: FactsSections, name: string): ReadonlyMap<string, readonly string[]> {
  const pairs = new Map<string, string[]>();
  for (const line of linesOf(sections, name)) {
    const [key = '', value = ''] = line.split(' ');
    pairs.set(key, [...(pairs.get(key) ?? []), value]);
  }
  return pairs;
}

/** A section of JSON; undefined where the tool gave nothing. */
export function jsonOf(sections: FactsSections, name: string): unknown {
  const text = textOf(sections, name);
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FactsError(`The section "${name}" is not JSON.`, { cause: error });
  }
}
