import type { FindingBeforeOverrides } from '../checks/findings.js';

/** The login user of a host may not become root, so nothing else is known of it. @param said sudo's own words */
export function sudoFinding({
  host,
  said,
  advice,
}: {
  host: string;
  said: string;
  advice: string;
}): FindingBeforeOverrides {
  return {
    check: 'sudo',
    host,
    severity: 'error',
    is: said,
    shouldBe: 'root, or a user who may run everything by sudo without a password and without a terminal',
    advice,
  };
}
