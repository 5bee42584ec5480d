import { LabError } from '../errors.js';
import { kubespray2_29_1 } from './kubespray-2-29.js';
import type { MirrorRelease } from './mirror-part.js';

/** The releases of Kubespray that the mirror knows, the newest first. */
export const mirrorReleases: readonly MirrorRelease[] = [kubespray2_29_1];

/** @throws LabError for a release that the mirror has nothing for */
export function findMirrorRelease(name?: string): MirrorRelease {
  const found = mirrorReleases.find((each) => name === undefined || each.name === name);
  if (found) return found;
  const known = mirrorReleases.map((each) => each.name).join(', ');
  throw new LabError(`The mirror has nothing for Kubespray ${name ?? ''}. It knows: ${known}.`);
}
