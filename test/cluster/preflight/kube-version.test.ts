import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { canInstall } from '../../../src/cluster/release-choice/kubernetes-of-release.js';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { findRelease, releaseTable, rulesFor } from '../../../src/cluster/releases/releases.js';
import { newestFirst, parseVersion, sameMinor } from '../../../src/cluster/values/version.js';
import type { Specification } from '../../../src/cluster/specification/specification.js';
import { aSpecification, someFacts } from '../../support/builders.js';

type Variables = Specification['kubespray']['variables'];

interface Scene {
  readonly release?: string;
  readonly variables?: Variables;
  readonly facts?: Readonly<Record<string, HostFacts>>;
  readonly controlHost?: HostFacts;
}

/** What is found about this version, and nothing else. */
function found(version: string | number, { release = 'v2.31.0', variables = {}, facts = {}, controlHost }: Scene = {}) {
  const specification = aSpecification({ kubespray: { variables: { kube_version: version, ...variables } } });
  return preflight({ specification, facts, release, controlHost }).filter(
    ({ check }) => check === 'kubespray-variables',
  );
} // prettier-ignore

const mendOf = (...input: Parameters<typeof found>) => found(...input).map(({ mend }) => mend);

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

describe('kube_version that the release does not have', () => {
  it('stops, with what it has, and the newest release that has it', () => {
    expect(found('1.30.4')).toEqual([
      {
        check: 'kubespray-variables',
        host: null,
        severity: 'error',
        is: 'kube_version: "1.30.4"',
        shouldBe:
          'a version that Kubespray v2.31.0 installs: 1.35.0 to 1.35.4, 1.34.0 to 1.34.7, 1.33.0 to 1.33.11',
        mend:
          'Name kubespray.release v2.28.1, which installs it, with kube_version: 1.30.4. Or take kube_version out of ' +
          'kubespray.variables: v2.31.0 installs 1.35.4 then.',
      },
    ]);
  });

  it('is told in place of a form that would not help', () => {
    expect(mendOf('v1.30.4')).toEqual(mendOf('1.30.4'));
    expect(mendOf('1.33.4', { release: 'v2.26.1' })).toEqual([
      expect.stringContaining('kubespray.release v2.31.0, which installs it, with kube_version: 1.33.4.'),
    ]);
  });

  it.each<[string, string, string]>([
    ['1.29.9', 'v2.31.0', 'kubespray.release v2.27.1, which installs it, with kube_version: v1.29.9.'],
    ['1.33.9', 'v2.30.0', 'kubespray.release v2.31.0, which installs it, with kube_version: 1.33.9.'],
    ['1.30.15', 'v2.31.0', 'kubespray.release v2.28.1, which installs 1.30.14, with kube_version: 1.30.14.'],
    ['1.35.99', 'v2.31.0', 'Write kube_version: 1.35.4. No known release installs 1.35.99.'],
    ['v1.26.14', 'v2.24.1', 'kubespray.release v2.24.3, which installs it, with kube_version: v1.26.14.'],
    ['v1.26.16', 'v2.24.3', 'Write kube_version: v1.26.15. No known release installs 1.26.16.'],
    ['1.36.0', 'v2.31.0', 'No known release installs Kubernetes 1.36. Take kube_version out of kubespray.variables: v2.31.0 installs 1.35.4 then.'],
    ['v1.25.3', 'v2.24.1', 'No known release installs Kubernetes 1.25. Take'],
  ])('%s with %s: %s', (version, release, mend) => {
    expect(mendOf(version, { release })).toEqual([expect.stringContaining(mend)]);
  }); // prettier-ignore

  it.each<[string | number, string]>([
    ['1.33.4', 'v2.31.0'],
    ['1.33.0', 'v2.31.0'],
    ['1.35.4', 'v2.31.0'],
    ['v1.26.0', 'v2.24.1'],
    ['{{ mine }}', 'v2.31.0'],
    ['1.36.0', 'v2.32.0'],
    ['v1.31.14', 'v2.27.9'],
  ])('is not %s with %s', (version, release) => {
    expect(found(version, { release })).toEqual([]);
  });

  it('leaves what is not in the other form, but within the range, to be written so', () => {
    expect(mendOf('v1.33.4')).toEqual(['Write kube_version: 1.33.4 in kubespray.variables.']);
  });

  it.each(['kubelet_checksums', 'kubeadm_checksums', 'kubectl_binary_checksum'])(
    'is a warning beside %s of the operator’s own',
    (name) => {
      const [finding, ...others] = found('1.36.0', { variables: { [name]: { amd64: {} } } });
      expect(others).toEqual([]);
      expect(finding?.severity).toBe('warning');
      expect(finding?.mend).toContain(`Or see that Kubespray v2.31.0 takes ${name}, which kubespray.variables sets.`);
      expect(found('1.36.0', { variables: { kubelet_max_pods: 110 } })[0]?.severity).toBe('error');
    },
  ); // prettier-ignore

  it('names a release that fits hosts and control host, where one does', () => {
    const focal = someFacts({
      operatingSystem: { id: 'ubuntu', versionId: '20.04', prettyName: 'Ubuntu 20.04 LTS' },
    });
    const controlHost = someFacts({
      interpreters: [{ version: '3.9', path: '/usr/bin/python3.9', tool: 'venv' }],
    });
    const fitting = mendOf('1.28.3', { release: 'v2.31.0', facts: { node1: focal }, controlHost });
    expect(fitting).toEqual([expect.stringContaining('Name kubespray.release v2.24.3, which installs it')]);
    expect(mendOf('1.28.3', { facts: { node1: focal } })).toEqual([
      expect.stringContaining('Name kubespray.release v2.26.1, which installs it'),
    ]);
  });

  it('leads into no upgrade of a cluster that runs', () => {
    const facts = { node1: someFacts({ kubernetes: { kubelet: '1.31.9', apiServer: '1.31.9' } }) };
    const [mend] = mendOf('v1.35.4', { release: 'v2.27.1', facts });
    expect(mend).toBe('Take kube_version out of kubespray.variables: v2.27.1 installs 1.31.9 then.');
    expect(mendOf('v1.31.12', { release: 'v2.27.1', facts })).toEqual([
      expect.stringContaining(
        'Name kubespray.release v2.29.1, which installs it, with kube_version: 1.31.12.',
      ),
    ]);
  });
});
