import { isLive, type NodeSeen } from './node-seen.js';

/** The control planes that say whose cluster it is. */
export interface Reference {
  readonly nodes: readonly NodeSeen[];
  /** They live or are complete. Others are what a cluster has left behind: they may speak against a node, and for none. */
  readonly isStanding: boolean;
  /** The first control plane, where it is another cluster's than several others that agree with each other. */
  readonly outvoted: NodeSeen | undefined;
}

/** CA certificates from which on a list of them is that of an operating system, which every cluster's may be in. */
const manyAuthorities = 5;

/** By which CAs a node knows its API server; none where they tell nothing. */
export function authoritiesOf({ identity }: NodeSeen): readonly string[] {
  const { authorities = [] } = identity ?? {};
  return authorities.length < manyAuthorities ? authorities : [];
}

/**
 * Whether two nodes know their API server by the same CA; undefined where one of them tells none. While a CA is being
 * replaced, one may have both of which the other has one. A common root beside different CAs is no common CA.
 */
export function haveSameAuthority(one: NodeSeen, other: NodeSeen): boolean | undefined {
  const [left, right] = [authoritiesOf(one), authoritiesOf(other)];
  if (left.length === 0 || right.length === 0) return undefined;
  return left.every((each) => right.includes(each)) || right.every((each) => left.includes(each));
}

/**
 * The first control plane says whose cluster it is, with those that agree, as long as it lives or is complete, and more
 * others do not agree against it: then it is the one that is wrong. Without it, several others that agree say so.
 */
export function referenceOf(nodes: readonly NodeSeen[]): Reference {
  const controlPlanes = nodes.filter(({ role }) => role !== 'worker');
  const known = controlPlanes.filter(
    (node) => node.isControlPlane !== false && authoritiesOf(node).length > 0,
  );
  const standing = known.filter((node) => isLive(node) || node.isComplete);
  const alliesOf = (one: NodeSeen) => standing.filter((other) => haveSameAuthority(one, other) === true);
  const isFirst = ({ role }: NodeSeen) => role === 'first-control-plane';
  const several = standing
    .filter((node) => !isFirst(node))
    .map((node) => alliesOf(node).filter((other) => !isFirst(other)))
    .reduce((most, allies) => (allies.length > most.length ? allies : most), []);
  const hasSeveral = several.length > 1;
  const first = standing.find(isFirst);
  if (first !== undefined) {
    const isOutvoted =
      hasSeveral && !alliesOf(first).some((one) => several.includes(one)) && several.length > alliesOf(first).length;
    return isOutvoted
      ? { nodes: several, isStanding: true, outvoted: first }
      : { nodes: alliesOf(first), isStanding: true, outvoted: undefined };
  }
  if (hasSeveral) return { nodes: several, isStanding: true, outvoted: undefined };
  const isUnseen = !controlPlanes.some(isFirst);
  return { nodes: isUnseen ? standing : known.filter(isFirst), isStanding: false, outvoted: undefined };
} // prettier-ignore
