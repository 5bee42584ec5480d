import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import type { Specification } from '../../../src/cluster/specification/specification.js';
import { aSpecification, someFacts } from '../../support/builders.js';
import { found as foundIn, specificationOf } from '../../support/preflight-scene.js';

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

const adviceOf = (...input: Parameters<typeof found>) => found(...input).map(({ advice }) => advice);

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
        advice:
          'Name kubespray.release v2.28.1, which installs it, with kube_version: 1.30.4. Or take kube_version out of ' +
          'kubespray.variables: v2.31.0 installs 1.35.4 then.',
      },
    ]);
  });

  it('is told in place of a form that would not help', () => {
    expect(adviceOf('v1.30.4')).toEqual(adviceOf('1.30.4'));
    expect(adviceOf('1.33.4', { release: 'v2.26.1' })).toEqual([
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
  ])('%s with %s: %s', (version, release, advice) => {
    expect(adviceOf(version, { release })).toEqual([expect.stringContaining(advice)]);
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
    expect(adviceOf('v1.33.4')).toEqual(['Write kube_version: 1.33.4 in kubespray.variables.']);
  });

  const sums = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 'sha256:00']));
  const binary = ['kubelet_binary_checksum', 'kubeadm_binary_checksum', 'kubectl_binary_checksum'];
  const tables = ['kubelet_checksums', 'kubeadm_checksums', 'kubectl_checksums'];

  it('is a warning beside all three checksums of the operator’s own', () => {
    const [finding, ...others] = found('1.36.0', { variables: sums(...binary) });
    expect(others).toEqual([]);
    expect(finding?.severity).toBe('warning');
    expect(finding?.advice).toContain(`Or see that ${binary.join(', ')} in kubespray.variables are those of`);
  });

  it.each([
    // Role vars from v2.28 on: Kubespray's own role says of them "1.36.0 in own checksums: False".
    ['v2.31.0', tables, binary],
    ['v2.28.0', tables, binary],
    ['v2.27.1', tables, []],
    ['v2.24.1', tables, []],
    ['v2.31.0', binary.slice(0, 1), binary.slice(1)],
    ['v2.27.1', tables.slice(0, 2), binary.slice(2)],
    ['v2.31.0', [...binary.slice(0, 2), 'kubectl_checksums'], binary.slice(2)],
  ])('%s with %s wants %s as well', (release, given, missing) => {
    const [finding] = found(release < 'v2.28' ? 'v1.36.0' : '1.36.0', { release, variables: sums(...given) });
    expect(finding?.severity).toBe(missing.length > 0 ? 'error' : 'warning');
    if (missing.length > 0)
      expect(finding?.advice).toContain(`Or set ${missing.join(', ')} too: without them`);
  });

  it('is an error beside variables that are no checksums', () => {
    const [finding] = found('1.36.0', { variables: { kubelet_max_pods: 110 } });
    expect(finding?.severity).toBe('error');
    expect(finding?.advice).not.toContain('checksum');
  });

  it('names a release that fits hosts and control host, where one does', () => {
    const focal = someFacts({
      operatingSystem: { id: 'ubuntu', versionId: '20.04', prettyName: 'Ubuntu 20.04 LTS' },
    });
    const controlHost = someFacts({
      interpreters: [{ version: '3.9', path: '/usr/bin/python3.9', tool: 'venv' }],
    });
    const fitting = adviceOf('1.28.3', { release: 'v2.31.0', facts: { node1: focal }, controlHost });
    expect(fitting).toEqual([expect.stringContaining('Name kubespray.release v2.24.3, which installs it')]);
    expect(adviceOf('1.28.3', { facts: { node1: focal } })).toEqual([
      expect.stringContaining('Name kubespray.release v2.26.1, which installs it'),
    ]);
  });

  it('leads into no upgrade of a cluster that runs', () => {
    const facts = { node1: someFacts({ kubernetes: { kubelet: '1.31.9', apiServer: '1.31.9' } }) };
    const [advice] = adviceOf('v1.35.4', { release: 'v2.27.1', facts });
    expect(advice).toBe('Take kube_version out of kubespray.variables: v2.27.1 installs 1.31.9 then.');
    expect(adviceOf('v1.31.12', { release: 'v2.27.1', facts })).toEqual([
      expect.stringContaining(
        'Name kubespray.release v2.29.1, which installs it, with kube_version: 1.31.12.',
      ),
    ]);
  });
});

describe('kube_version', () => {
  const ofForm = (kube_version: string | number, release: string) =>
    foundIn({ variables: { kube_version }, release }).filter(({ check }) => check === 'kubespray-variables');

  it.each([
    ['v1.31.9', 'v2.27.1'],
    ['v1.28.6', 'v2.24.1'],
    ['1.32.5', 'v2.28.0'],
    ['1.35.4', 'v2.31.0'],
    ['1.36.1', 'v2.32.0'],
    ['{{ mine }}', 'v2.31.0'],
  ])('%s has the form of %s', (version, release) => {
    expect(ofForm(version, release)).toEqual([]);
  });

  it.each<[string | number, string, string]>([
    ['1.31.9', 'v2.27.1', 'v1.31.9'],
    ['v1.32.5', 'v2.28.0', '1.32.5'],
    ['v1.35.4', 'v2.31.0', '1.35.4'],
    ['1.32', 'v2.28.1', '1.32.8'],
    [1.31, 'v2.27.1', 'v1.31.9'],
  ])('%s has not that of %s, which has %s', (version, release, right) => {
    expect(ofForm(version, release)).toMatchObject([
      {
        ...{ host: null, severity: 'error', is: `kube_version: ${JSON.stringify(version)}` },
        shouldBe: `of the form ${right}, ${right.startsWith('v') ? 'with' : 'without'} a v before it, for Kubespray ${release}`,
        advice: `Write kube_version: ${right} in kubespray.variables${typeof version === 'string' && version.split('.').length === 3 ? '' : ', or whichever version is meant'}.`,
      },
    ]);
  });

  it('is not judged before a release is chosen', () => {
    const facts = preflight({
      specification: specificationOf({ variables: { kube_version: 'v1.31.9' } }),
      facts: {},
    });
    expect(facts.map(({ check }) => check)).not.toContain('kubespray-variables');
  });
});
