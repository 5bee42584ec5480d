import { describe, expect, it } from 'vitest';
import { judgeFirewall, judgeMountOrder, judgeUnits } from '../../../src/cluster/verification/host.js';
import { parseUnits } from '../../../src/cluster/facts/systemd-units.js';

const unit = (id: string, properties: Record<string, string | number> = {}) =>
  Object.entries({
    Id: id,
    LoadState: 'loaded',
    ActiveState: 'active',
    SubState: 'running',
    UnitFileState: 'enabled',
    NRestarts: 0,
    ActiveEnterTimestampMonotonic: 50_000_000,
    ...properties,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
const failing = (checks: readonly { check: string; passed: boolean }[]) =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

describe('services', () => {
  const judge = (now: number, ...blocks: string[]) =>
    judgeUnits({ host: 'node1', names: ['kubelet'], units: parseUnits(blocks.join('\n\n')), now });

  it('pass when running and enabled', () => {
    expect(judge(60, unit('containerd.service'), unit('kubelet.service'))).toEqual([
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
    expect(judge(60, unit('kubelet.service', properties))[0]).toMatchObject({ passed: false, is });
  });

  it('fail when nobody has heard of them', () => {
    expect(judge(60)[0]).toMatchObject({ passed: false, is: 'not installed' });
  });

  it('fail while they are started again and again, not for a restart long ago', () => {
    const restarted = unit('kubelet.service', { NRestarts: 4 });
    expect(judge(55, restarted)[0]).toMatchObject({
      passed: false,
      is: 'active (running), enabled, started again 4 times, last a moment ago',
    });
    expect(failing(judge(500, restarted))).toEqual([]);
  });

  it('may settle while they start, and not when they have failed or are not enabled', () => {
    const settles = (properties: Parameters<typeof unit>[1]) =>
      judge(55, unit('kubelet.service', properties))[0]?.settles;
    expect(settles({ NRestarts: 4 })).toBe(true);
    expect(settles({ ActiveState: 'activating', SubState: 'start' })).toBe(true);
    expect(settles({ ActiveState: 'failed', SubState: 'failed' })).toBe(false);
    expect(settles({ NRestarts: 4, UnitFileState: 'disabled' })).toBe(false);
  });
});

describe('the order of services and mounts', () => {
  const judge = (...blocks: string[]) =>
    judgeMountOrder({
      host: 'node1',
      services: [
        { name: 'kubelet', places: ['/data', '/var/lib/kubelet'] },
        { name: 'containerd', places: ['/data'] },
      ],
      mounts: ['data.mount', 'var-lib-kubelet.mount'],
      units: parseUnits(blocks.join('\n\n')),
    });
  const mounted = (id: string, at: number) =>
    unit(id, { SubState: 'mounted', UnitFileState: 'generated', ActiveEnterTimestampMonotonic: at });

  const waiting = { RequiresMountsFor: '/var/lib/kubelet /data' };

  it('passes when the services came later, and wait for them', () => {
    const checks = judge(
      unit('kubelet.service', waiting),
      unit('containerd.service', waiting),
      mounted('data.mount', 5_000_000),
      mounted('var-lib-kubelet.mount', 6_000_000),
    );
    expect(failing(checks)).toEqual([]);
  });

  it('fails when one came first: it writes beneath the mount', () => {
    const checks = judge(
      unit('kubelet.service', { ...waiting, ActiveEnterTimestampMonotonic: 5_500_000 }),
      unit('containerd.service', waiting),
      mounted('data.mount', 5_000_000),
      mounted('var-lib-kubelet.mount', 6_000_000),
    );
    expect(checks[0]).toMatchObject({ passed: false, is: 'kubelet started before var-lib-kubelet.mount' });
  });

  it('fails when one came later by chance, and waits for none or for one mount of two', () => {
    const after = (kubelet: string) =>
      judge(
        unit('kubelet.service', { RequiresMountsFor: kubelet }),
        unit('containerd.service', { RequiresMountsFor: '' }),
        mounted('data.mount', 5_000_000),
        mounted('var-lib-kubelet.mount', 6_000_000),
      )[0];
    expect(after('/data')).toMatchObject({
      passed: false,
      is: 'kubelet does not wait for /var/lib/kubelet, containerd does not wait for /data',
    });
    expect(after('/data-of-others')?.is).toMatch(
      /^kubelet does not wait for \/data and \/var\/lib\/kubelet,/,
    );
    expect(after('')?.advice).toContain('systemctl daemon-reload');
  });

  it('fails when there is no mount at all', () => {
    expect(failing(judge(unit('kubelet.service', waiting), mounted('var-lib-kubelet.mount', 1)))).toEqual([
      'mount-order',
    ]);
  });

  it('passes for a service that is not there', () => {
    const gone = { ...waiting, LoadState: 'not-found', ActiveState: 'inactive', RequiresMountsFor: '' };
    expect(failing(judge(unit('kubelet.service', gone), mounted('data.mount', 1)))).toEqual([]);
  });
});

describe('the firewall', () => {
  it.each([
    [{ loaded: true, asProven: true, kept: true }, true, 'loaded; kept for the next boot'],
    [{ loaded: false, asProven: false, kept: true }, false, 'not loaded; kept for the next boot'],
    [
      { loaded: true, asProven: false, kept: true },
      false,
      'loaded, but changed by somebody; kept for the next boot',
    ],
    [{ loaded: true, asProven: true, kept: false }, false, 'loaded; not kept for the next boot'],
  ])('%o', (seen, passed, is) => {
    expect(judgeFirewall('node1', seen)[0]).toMatchObject({ passed, is });
  });
});
