import { describe, expect, it } from 'vitest';
import type { VerifyKubernetesInput } from '../../../src/protocol/step-inputs.js';
import { input, controlPlane, confirm } from '../../support/confirmation.js';

describe('confirmPods', () => {
  it.each<[VerifyKubernetesInput['controlPlanes'], readonly string[]]>([
    [['node1'], []],
    [undefined, []],
    [['node1', 'node2'], ['control-plane-pods node2']],
  ])(
    'wants a whole control plane on each of %j, by default on the one that is asked',
    async (controlPlanes, failed) => {
      const { checks } = await confirm('confirmPods', controlPlane(), {
        ...input,
        ...(controlPlanes && { controlPlanes }),
      });
      expect(checks.filter(({ passed }) => !passed).map(({ check, host }) => `${check} ${host}`)).toEqual(
        failed,
      );
    },
  );
});
