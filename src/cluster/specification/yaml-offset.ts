import { isAlias, isMap, isScalar, isSeq, type Document, type Pair } from 'yaml';
import type { Problem } from './problems.js';
import type { AliasTargets } from './alias-targets.js';

/**
 * Where in the text a problem is: at its value; an unknown key at the key; a missing one, or one that came by an alias
 * or a merge, at the nearest that is there.
 * @returns characters from the beginning
 */
export function yamlOffsetOf({
  document,
  targets,
  problem: { path, kind },
}: {
  readonly document: Document.Parsed;
  readonly targets: AliasTargets;
  readonly problem: Problem;
}): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, part] of path.entries()) {
    const step = stepInto(isAlias(node) ? targets.get(node) : node, part);
    if (step === undefined) return offset;
    const isLast = index === path.length - 1;
    const key = startOf(step.key);
    offset = (isLast && kind === 'unknown' ? key : (startOf(step.value) ?? key)) ?? offset;
    node = step.value;
  }
  return offset;
}

function stepInto(node: unknown, part: string | number): Pick<Pair, 'key' | 'value'> | undefined {
  if (isSeq(node)) {
    const value = typeof part === 'number' ? node.items[part] : undefined;
    return value === undefined ? undefined : { key: undefined, value };
  }
  if (!isMap(node)) return undefined;
  return node.items.findLast(({ key }) => isScalar(key) && String(key.value) === String(part));
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const { range } = node as { range?: readonly number[] | null };
  return range?.[0];
}
