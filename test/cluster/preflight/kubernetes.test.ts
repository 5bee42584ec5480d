import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import type { Specification } from '../../../src/cluster/specification/specification.js';
import { aSpecification, someFacts } from '../../support/builders.js';

type Kubernetes = HostFacts['kubernetes'];
const node = (kubelet: string | null, apiServer: string | null = null): Kubernetes => ({
  kubelet,
  apiServer,
});

/** What is found about the Kubernetes of node1, node2, …, which have these versions. */
function found(
  nodes: readonly Kubernetes[],
  release: string,
  variables: Specification['kubespray']['variables'] = {},
) {
  const facts = Object.fromEntries(
    nodes.map((kubernetes, index) => [`node${index + 1}`, someFacts({ kubernetes })] as const),
  );
  const specification = aSpecification({ kubespray: { variables } });
  return preflight({ specification, facts, release }).filter(({ check }) => check === 'kubernetes-version');
}
const told = (...input: Parameters<typeof found>) =>
  found(...input).map(({ host, is }) => `${host ?? ''}: ${is}`);

describe('the Kubernetes that runs', () => {
  it('is what a release may not jump over', () => {
    expect(found([node('1.31.9', '1.31.9')], 'v2.31.0')).toEqual([
      {
        check: 'kubernetes-version',
        host: 'node1',
        severity: 'error',
        is: 'kubelet 1.31.9, API server 1.31.9',
        shouldBe:
          'Kubernetes 1.35, of which Kubespray v2.31.0 brings 1.35.4: cluster.yml puts its kubelet on every node, ' +
          'and upgrades no control plane',
        advice:
          'Name kubespray.release v2.27.1, which installs Kubernetes 1.31.9. Another minor release of Kubernetes is ' +
          'an upgrade: one at a time, by Kubespray’s upgrade-cluster.yml, which Slipway does not run yet.',
      },
    ]);
  });

  it('is not gone back from', () => {
    const [finding] = found([node('1.35.4', '1.35.4')], 'v2.30.0');
    expect(finding).toMatchObject({
      host: 'node1',
      severity: 'error',
      is: 'kubelet 1.35.4, API server 1.35.4',
    });
    expect(finding?.advice).toBe(
      'Name kubespray.release v2.31.0, which installs Kubernetes 1.35.4. Kubernetes does not go back to an older ' +
        'minor release.',
    );
  });

  it.each<[string, Kubernetes[], string, Specification['kubespray']['variables']]>([
    ['the same version', [node('1.31.9', '1.31.9'), node('1.31.9')], 'v2.27.1', {}],
    ['another patch of it', [node('1.31.2', '1.31.2')], 'v2.27.1', {}],
    ['a patch release that is not known', [node('1.31.9')], 'v2.27.9', {}],
    ['what kube_version asks for', [node('1.30.4', '1.30.4')], 'v2.27.1', { kube_version: 'v1.30.6' }],
    ['fresh hosts', [null, null], 'v2.31.0', {}],
    ['a fresh host beside nodes', [node('1.31.9', '1.31.9'), null], 'v2.27.1', {}],
    ['nodes that tell nothing', [node(null)], 'v2.31.0', {}],
    ['facts of earlier versions', [undefined], 'v2.31.0', {}],
  ])('is right for %s', (_, nodes, release, variables) => {
    expect(told(nodes, release, variables)).toEqual([]);
  });

  it('is judged by kube_version where that is given', () => {
    const variables = { kube_version: 'v1.30.6' };
    expect(found([node('1.31.9', '1.31.9')], 'v2.27.1', variables)).toMatchObject([
      {
        shouldBe: expect.stringMatching(/^Kubernetes 1\.30, which kube_version asks for with 1\.30\.6: /) as string,
        advice: expect.stringMatching(/^Take kube_version out of kubespray\.variables, or ask there for a version of Kubernetes 1\.31\./) as string,
      },
    ]); // prettier-ignore
  });

  it('is told of each host of a cluster with several, and how that one is mended', () => {
    const nodes = [node('1.31.9', '1.31.9'), node('1.30.4'), null, node('1.32.5')];
    expect(told(nodes, 'v2.27.1')).toEqual(['node2: kubelet 1.30.4', 'node4: kubelet 1.32.5']);
    expect(found(nodes, 'v2.27.1').map(({ advice }) => advice)).toEqual([
      'The cluster runs Kubernetes 1.31: bring node2 to it first, by Kubespray’s upgrade-cluster.yml, or leave it out.',
      'The cluster runs Kubernetes 1.31, and no kubelet may be newer: see how node4 came to it, or leave it out.',
    ]);
    expect(told(nodes, 'v2.26.1')).toEqual([
      'node1: kubelet 1.31.9, API server 1.31.9',
      'node4: kubelet 1.32.5',
    ]);
    expect(
      told([node('1.35.4', '1.28.6')], 'v2.24.1'),
      'as cluster.yml of another release leaves it',
    ).toEqual(['node1: kubelet 1.35.4, API server 1.28.6']);
  });

  it('cannot be compared with what nobody knows, which is told as well', () => {
    const [unknown] = found([node('1.35.4', '1.35.4')], 'v2.32.0');
    expect(unknown).toMatchObject({ host: 'node1', severity: 'error' });
    expect(unknown?.shouldBe).toMatch(/^Kubernetes of the same minor release; Slipway does not know which one v2\.32\.0 installs/);
    expect(unknown?.advice).toMatch(/^Name kubespray\.release v2\.31\.0, .*Or set kube_version in kubespray\.variables/);
    expect(told([node('1.35.4')], 'v2.32.0', { kube_version: '1.35.6' })).toEqual([]);
    expect(told([node('1.35.4')], 'v2.31.0', { kube_version: '{{ mine }}' })).toHaveLength(1);
    expect(told([null], 'v2.32.0')).toEqual([]);
  }); // prettier-ignore

  it('has no release to name where none is known', () => {
    expect(found([node('1.27.3')], 'v2.24.1')[0]?.advice).toMatch(
      /^No known release installs Kubernetes 1\.27\. /,
    );
  });
});
