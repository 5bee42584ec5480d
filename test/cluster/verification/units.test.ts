import { describe, expect, it } from 'vitest';
import { parseSystemdUnits } from '../../../src/cluster/facts/systemd-units.js';
import { judgeUnits } from '../../../src/cluster/verification/units.js';
import { unitShown } from '../../support/systemctl-show.js';

const failing = (checks: readonly { check: string; passed: boolean }[]) =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

describe('services', () => {
  const judge = (now: number, ...blocks: string[]) =>
    judgeUnits({ host: 'node1', names: ['kubelet'], units: parseSystemdUnits(blocks.join('\n\n')), now });

  it('pass when running and enabled', () => {
    expect(judge(60, unitShown('containerd.service'), unitShown('kubelet.service'))).toEqual([
      {
        check: 'unit-kubelet',
        host: 'node1',
        passed: true,
        is: 'active (running), enabled',
        shouldBe: 'active (running) and enabled',
        advice: '',
      },
    ]);
  });

  it.each([
    [{ ActiveState: 'failed', SubState: 'failed' }, 'failed (failed), enabled'],
    [{ ActiveState: 'activating', SubState: 'auto-restart' }, 'activating (auto-restart), enabled'],
    [{ UnitFileState: 'disabled' }, 'active (running), disabled'],
    [
      { LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead', UnitFileState: '' },
      'not installed',
    ],
  ])('fail with %o', (properties, is) => {
    expect(judge(60, unitShown('kubelet.service', properties))[0]).toMatchObject({ passed: false, is });
  });

  it('fail when nobody has heard of them', () => {
    expect(judge(60)[0]).toMatchObject({ passed: false, is: 'not installed' });
  });

  it('fail while they are started again and again, not for a restart long ago', () => {
    const restarted = unitShown('kubelet.service', { NRestarts: 4 });
    expect(judge(55, restarted)[0]).toMatchObject({
      passed: false,
      is: 'active (running), enabled, started again 4 times, last a moment ago',
    });
    expect(failing(judge(500, restarted))).toEqual([]);
  });

  it('may settle while they start, and not when they have failed or are not enabled', () => {
    const settles = (properties: Parameters<typeof unitShown>[1]) =>
      judge(55, unitShown('kubelet.service', properties))[0]?.settles;
    expect(settles({ NRestarts: 4 })).toBe(true);
    expect(settles({ ActiveState: 'activating', SubState: 'start' })).toBe(true);
    expect(settles({ ActiveState: 'failed', SubState: 'failed' })).toBe(false);
    expect(settles({ NRestarts: 4, UnitFileState: 'disabled' })).toBe(false);
  });
});
