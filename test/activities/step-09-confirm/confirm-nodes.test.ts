import { describe, expect, it } from 'vitest';
import type { VerifyKubernetesInput } from '../../../src/protocol/step-inputs.js';
import { input, list, controlPlane, nodeStatus, confirm, failing } from '../../support/confirmation.js';

describe('confirmNodes', () => {
  it.each([
    ['1.28.9', []],
    ['1.29.1', ['node-version']],
    [null, []],
  ])(
    'wants kubelets of version %s where it was asked for instead of the release’s',
    async (kubernetes, failed) => {
      expect(failing(await confirm('confirmNodes', controlPlane(), { ...input, kubernetes }))).toEqual(
        failed,
      );
    },
  );

  it.each<[VerifyKubernetesInput['controlPlanes'], readonly string[]]>([
    [['node1'], ['control-plane-label']],
    [undefined, ['control-plane-label']],
    [['node2'], []],
  ])('wants the label of a control plane on %j', async (controlPlanes, failed) => {
    const unlabelled = list({ metadata: { name: 'node1' }, status: nodeStatus });
    const asked = { ...input, ...(controlPlanes && { controlPlanes }) };
    const result = await confirm('confirmNodes', controlPlane().when(/v1\/nodes\?/, unlabelled), asked);
    expect(failing(result)).toEqual(failed);
  });
});
