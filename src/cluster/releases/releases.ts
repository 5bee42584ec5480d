import { releaseTable, type Release } from './release-table.js';
import { newestFirst, parseVersion, sameMinor, tagOf, type Version } from '../values/version.js';

export { releaseTable, type PlaybookPurpose, type Release, type RerunStrictness } from './release-table.js';

/** The document's release, and the oldest that Slipway runs. */
export const oldestRelease = 'v2.24.1';
export const newestRelease = releaseTable[0].name;

/** A known release by its name, with or without the `v`. */
export function findRelease(name: string): Release | undefined {
  return releaseTable.find((release) => release.name === tagOf(name));
}

/** What is to be gone by for a release that may be unknown, and what the operator should know about it. */
export interface ReleaseRules {
  readonly release: Release;
  /** Null when the release is known. */
  readonly warning: string | null;
}

/**
 * The rules for any release from the oldest on: a known one's own; for an unknown patch release those of its minor
 * release; for an unknown newer one those of the newest known. What Kubernetes either can install nobody knows; an
 * unknown patch release counts as bringing that of its minor release.
 * @throws RangeError for a release older than the oldest, or a name that is no release; the specification's rules
 * refuse both before
 */
export function rulesFor(name: string): ReleaseRules {
  const known = findRelease(name);
  if (known !== undefined) return { release: known, warning: null };
  const version = parseVersion(name);
  if (version === undefined || isTooOld(version)) {
    throw new RangeError(
      `Kubespray ${name} is not a release that Slipway can run; the oldest is ${oldestRelease}.`,
    );
  }
  const sibling = releaseTable.find((release) => sameMinor(release.name, name));
  const nearest = sibling ?? nearestBelow(version);
  return {
    release: { ...nearest, name: tagOf(name), kubernetes: sibling?.kubernetes ?? null, installable: null },
    warning: `Kubespray ${tagOf(name)} is not known to Slipway; it is run by the rules of ${nearest.name}.`,
  };
}

/** Whether a release is older than the oldest that Slipway runs. */
export function isTooOld(version: Version): boolean {
  const oldest = parseVersion(oldestRelease);
  return oldest !== undefined && newestFirst(version, oldest) > 0;
}

function nearestBelow(version: Version): Release {
  const below = releaseTable.find((release) => {
    const known = parseVersion(release.name);
    return known !== undefined && newestFirst(known, version) > 0;
  });
  if (below === undefined) throw new RangeError('The table of releases holds none that is old enough.');
  return below;
}
