import { describe, expect, it } from 'vitest';
import { canInstall } from '../../../src/cluster/release-choice/kubernetes-of-release.js';
import { findRelease, releaseTable, rulesFor } from '../../../src/cluster/releases/releases.js';
import { newestFirst, parseVersion, sameMinor } from '../../../src/cluster/values/version.js';

describe('the Kubernetes that each release installs', () => {
  it.each(releaseTable)('is in order, and begins with what $name installs by itself', (release) => {
    const { installable, kubernetes } = release;
    const versions = (installable ?? []).map((version) => parseVersion(version) ?? ([0, 0, 0] as const));
    expect(versions).toHaveLength(3);
    expect([...versions].sort(newestFirst)).toEqual(versions);
    expect(versions.every(([major, minor], index) => major === 1 && minor === (versions[0]?.[1] ?? 0) - index)).toBe(true);
    expect(installable?.[0]).toBe(kubernetes);
    expect(canInstall(release, kubernetes ?? '')).toBe(true);
  }); // prettier-ignore

  it('never loses a patch within a minor release of Kubespray', () => {
    for (const [index, newer] of releaseTable.entries()) {
      const older = releaseTable[index + 1];
      if (older === undefined || !sameMinor(newer.name, older.name)) continue;
      for (const version of older.installable ?? []) expect(canInstall(newer, version), `${newer.name} ${version}`).toBe(true);
    }
  }); // prettier-ignore

  it.each([
    // kubelet_checksums, kubeadm_checksums and kubectl_checksums at each tag.
    ['v2.31.0', '1.32.11', false],
    ['v2.31.0', '1.33.0', true],
    ['v2.31.0', '1.33.11', true],
    ['v2.31.0', '1.33.12', false],
    ['v2.31.0', '1.34.7', true],
    ['v2.31.0', '1.35.4', true],
    ['v2.31.0', '1.35.5', false],
    ['v2.31.0', '1.35.99', false],
    ['v2.31.0', '1.36.0', false],
    ['v2.31.0', '2.35.0', false],
    ['v2.29.0', '1.31.13', true],
    ['v2.29.0', '1.31.14', false],
    ['v2.29.1', '1.31.14', true],
    ['v2.27.1', '1.29.15', true],
    ['v2.24.1', '1.26.13', true],
    ['v2.24.1', '1.26.14', false],
    ['v2.24.1', '1.25.16', false],
    // It has checksums of 1.29, and neither an etcd nor a crictl for it.
    ['v2.24.3', '1.29.9', false],
  ])('%s and %s: %s', (name, version, expected) => {
    const release = findRelease(name);
    expect(release && canInstall(release, version)).toBe(expected);
  });

  it('is not known of a release that is not', () => {
    expect(canInstall(rulesFor('v2.32.0').release, '1.36.0')).toBeUndefined();
    expect(canInstall(rulesFor('v2.27.9').release, '1.31.14')).toBeUndefined();
  });
});
