declare const approved: unique symbol;

/**
 * The digest of a plan that somebody has approved. Only the judge of answers makes one out of a text, so that the type
 * checker refuses to destroy anything that nobody was asked about.
 */
export type ApprovedDigest = string & { readonly [approved]: true };

/** That somebody has approved what is to be done on one host. It goes along into the steps that do it. */
export interface ApprovedPlan {
  /** Of the host's part of the plan. */
  readonly digest: ApprovedDigest;
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** By inventory name. A host without an entry is asked about when its turn comes. */
export type ApprovedPlans = ReadonlyMap<string, ApprovedPlan>;
