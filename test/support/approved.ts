import type { ApprovedDigest, ApprovedPlan } from '../../src/protocol/approvals.js';

/** An approval as the judge of answers makes it, for steps that are tested without anybody who is asked. */
export function approvedBy(by: string, digest = 'sha256:approved'): ApprovedPlan {
  return { digest: digest as ApprovedDigest, by, at: 0 };
}
