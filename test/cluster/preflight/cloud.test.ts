import { describe, expect, it } from 'vitest';
import { type Scene, found } from '../../support/preflight-scene.js';

describe('cloud_provider', () => {
  const judged = (variables: Scene['variables'], release: string) =>
    found({ variables, release })
      .filter(({ check }) => check === 'kubespray-variables')
      .map(({ is, shouldBe }) => `${is}: ${shouldBe}`);

  // `when: cloud_provider is defined` up to v2.26.1, `when: cloud_provider` from v2.27.0 on.
  it.each([
    ['aws', 'v2.27.0', 'v2.26.1', 'external'],
    ['', 'v2.26.1', 'v2.27.0', 'gce, aws, azure, openstack, vsphere, oci, external'],
    [null, 'v2.26.1', 'v2.27.0', 'gce, aws, azure, openstack, vsphere, oci, external'],
  ])('cloud_provider: %j stops %s, and %s takes it', (cloud_provider, refusing, taking, known) => {
    expect(judged({ cloud_provider }, refusing)).toEqual([
      `cloud_provider: ${JSON.stringify(cloud_provider)}: one of ${known}, or Kubespray ${refusing} stops`,
    ]);
    expect(judged({ cloud_provider }, taking)).toEqual([]);
    expect(judged({ cloud_provider, ignore_assert_errors: true }, refusing)).toEqual([]);
  });

  it.each([
    [{}, 'v2.26.1', true],
    [{}, 'v2.27.0', false],
    [{}, 'v2.31.0', false],
    [{ external_cloud_provider: 'manual' }, 'v2.27.0', false],
    [{ external_cloud_provider: 'manual' }, 'v2.27.1', true],
    [{ external_cloud_provider: 'aws' }, 'v2.26.1', true],
    [{ external_cloud_provider: 'aws' }, 'v2.31.0', false],
    [{ external_cloud_provider: '{{ mine }}' }, 'v2.31.0', true],
  ])('cloud_provider: external with %j: %s takes it: %s', (variables, release, isRight) => {
    const all = { cloud_provider: 'external', ...variables };
    expect(judged(all, release)).toHaveLength(isRight ? 0 : 1);
    expect(judged({ ...variables }, release)).toEqual([]);
  });
});
