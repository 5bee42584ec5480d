import { isAlias, isMap, isScalar, isSeq, visit, type Alias, type Document, type Node } from 'yaml';

/** What each alias of a document stands for: the last anchor of its name before it. */
export type AliasTargets = ReadonlyMap<Alias, Node | undefined>;

/** In one walk; asking yaml for each alias walks through the whole document each time. */
export function aliasTargets(document: Document.Parsed): AliasTargets {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node | undefined>();
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) targets.set(node, anchors.get(node.source));
      else if (node.anchor) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/**
 * About how many characters the document has as JSON with its aliases filled in. By arithmetic: a few small aliases
 * that stand for one another can stand for gigabytes. No alias may stand for something that it is part of.
 */
export function filledInLength(document: Document.Parsed, targets: AliasTargets): number {
  const known = new Map<unknown, number>();
  const measure = (node: unknown): number => {
    if (isAlias(node)) return lengthOf(targets.get(node));
    if (isScalar(node)) return String(node.value).length + punctuation;
    if (isSeq(node)) return sum(node.items.map(lengthOf));
    if (isMap(node)) return sum(node.items.map(({ key, value }) => lengthOf(key) + lengthOf(value)));
    return punctuation;
  };
  const lengthOf = (node: unknown): number => {
    const length = known.get(node) ?? measure(node);
    known.set(node, length);
    return length;
  };
  return lengthOf(document.contents);
}

/** Quotes and a comma. */
const punctuation = 3;

function sum(lengths: readonly number[]): number {
  return lengths.reduce((total, length) => total + length, punctuation);
}
