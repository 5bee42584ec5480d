import type { FindingBeforeOverrides } from '../checks/findings.js';
import { membersOf } from '../specification/members.js';
import type { Specification } from '../specification/specification.js';
import { counted } from '../text/quantities.js';

/**
 * The document's "Additional Cluster Sizing Considerations". Hosts may have dropped out, so even what the specification's
 * rules refuse is looked at.
 */
export function controlPlaneCountFindings(specification: Specification): FindingBeforeOverrides[] {
  const { length: count } = membersOf(specification).controlPlanes;
  const found = (
    finding: Pick<FindingBeforeOverrides, 'severity' | 'shouldBe' | 'advice'>,
  ): FindingBeforeOverrides[] => [
    {
      check: 'control-plane-count',
      host: null,
      is: counted(count, 'control plane'),
      ...finding,
    },
  ];
  if (count % 2 === 0) {
    return found({
      severity: 'error',
      shouldBe: 'an odd number, so that a majority is left when one fails',
      advice: 'Name 1, 3 or 5 control planes.',
    });
  }
  if (count > 1) return [];
  return found({
    severity: 'warning',
    shouldBe: 'better 3 for production; 1 will do where it is easily recovered',
    advice: 'Name three control planes, or accept it by an override of control-plane-count with a reason.',
  });
}
