import type { Draft } from '../draft.js';
import type { Problem } from '../problems.js';
import { isTooOld, newestRelease, oldestRelease, releaseTable } from '../../releases/releases.js';
import { parseVersion, tagOf } from '../../values/version.js';
import { openSecretProblems } from './open-secrets.js';
import { wrong } from './repeats.js';

/** A URL with a password, or for HTTP with a name alone, which is a token more often than not. */
export const urlWithSecret = /^([a-z+]+:\/\/[^/@]*:[^/@]*@|https?:\/\/[^/@]*@)/i;

/** Kubespray's release, repository and variables. */
export function kubesprayProblems(draft: Draft): Problem[] {
  const { kubespray } = draft;
  return [
    ...releaseProblems(kubespray.release),
    ...refProblems(kubespray),
    ...repositoryProblems(kubespray.repository),
    ...openSecretProblems(draft),
  ];
}

function releaseProblems(release: string | undefined): Problem[] {
  const version = release === undefined ? undefined : parseVersion(release);
  if (version === undefined || !isTooOld(version)) return [];
  return [wrong(['kubespray', 'release'], `must be between ${oldestRelease} and ${newestRelease}, or newer`)];
}

/** What is checked out is run by the rules and the Python of a release, and a branch does not tell of which. */
function refProblems({ ref, release }: Draft['kubespray']): Problem[] {
  if (ref === undefined) return [];
  const isKnownTag = releaseTable.some(({ name }) => name === ref);
  if (release === undefined && !isKnownTag) {
    return [
      wrong(
        ['kubespray', 'ref'],
        'must come with kubespray.release, by whose rules and Python it is run; only the tag of a known release is enough by itself',
      ),
    ];
  }
  if (release === undefined || !isKnownTag || tagOf(release) === ref) return [];
  return [
    wrong(
      ['kubespray', 'ref'],
      `must not be the tag of another release than kubespray.release, which is ${tagOf(release)}`,
    ),
  ];
}

/** A specification is kept in Temporal's history, where no secret may be. */
function repositoryProblems(repository: string | undefined): Problem[] {
  if (repository === undefined || !urlWithSecret.test(repository)) return [];
  return [
    wrong(
      ['kubespray', 'repository'],
      'must not hold a password or token; let Git on the control host read it from ~/.netrc or a credential helper',
    ),
  ];
}
