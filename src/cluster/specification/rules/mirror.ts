import type { Draft } from '../draft.js';
import type { Problem } from '../problems.js';
import { urlWithSecret } from './kubespray.js';
import { wrong } from './repeats.js';

/** Where git has Kubespray from is said once, and without a secret. */
export function mirrorConflicts({ mirror, kubespray }: Draft): Problem[] {
  const { git } = mirror;
  if (git === undefined) return [];
  const path = ['mirror', 'git'];
  const isTwice = kubespray.repository !== undefined && kubespray.repository !== git;
  return [
    ...(isTwice
      ? [
          wrong(
            path,
            `must be ${kubespray.repository ?? ''}, as kubespray.repository says; one of the two is enough`,
          ),
        ]
      : []),
    ...(urlWithSecret.test(git)
      ? [
          wrong(
            path,
            'must not hold a password or token; let Git on the control host read it from ~/.netrc or a credential helper',
          ),
        ]
      : []),
  ];
}
