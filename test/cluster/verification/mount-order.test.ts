import { describe, expect, it } from 'vitest';
import { parseSystemdUnits } from '../../../src/cluster/facts/systemd-units.js';
import { judgeMountOrder } from '../../../src/cluster/verification/mount-order.js';
import { unitShown } from '../../support/systemctl-show.js';

const failing = (checks: readonly { check: string; passed: boolean }[]) =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

describe('the order of services and mounts', () => {
  const judge = (...blocks: string[]) =>
    judgeMountOrder({
      host: 'node1',
      services: [
        { name: 'kubelet', places: ['/data', '/var/lib/kubelet'] },
        { name: 'containerd', places: ['/data'] },
      ],
      mounts: ['data.mount', 'var-lib-kubelet.mount'],
      units: parseSystemdUnits(blocks.join('\n\n')),
    });
  const mounted = (id: string, at: number) =>
    unitShown(id, { SubState: 'mounted', UnitFileState: 'generated', ActiveEnterTimestampMonotonic: at });

  const waiting = { RequiresMountsFor: '/var/lib/kubelet /data' };

  it('passes when the services came later, and wait for them', () => {
    const checks = judge(
      unitShown('kubelet.service', waiting),
      unitShown('containerd.service', waiting),
      mounted('data.mount', 5_000_000),
      mounted('var-lib-kubelet.mount', 6_000_000),
    );
    expect(failing(checks)).toEqual([]);
  });

  it('fails when one came first: it writes beneath the mount', () => {
    const checks = judge(
      unitShown('kubelet.service', { ...waiting, ActiveEnterTimestampMonotonic: 5_500_000 }),
      unitShown('containerd.service', waiting),
      mounted('data.mount', 5_000_000),
      mounted('var-lib-kubelet.mount', 6_000_000),
    );
    expect(checks[0]).toMatchObject({ passed: false, is: 'kubelet started before var-lib-kubelet.mount' });
  });

  it('fails when one came later by chance, and waits for none or for one mount of two', () => {
    const after = (kubelet: string) =>
      judge(
        unitShown('kubelet.service', { RequiresMountsFor: kubelet }),
        unitShown('containerd.service', { RequiresMountsFor: '' }),
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
    expect(
      failing(judge(unitShown('kubelet.service', waiting), mounted('var-lib-kubelet.mount', 1))),
    ).toEqual(['mount-order']);
  });

  it('passes for a service that is not there', () => {
    const gone = { ...waiting, LoadState: 'not-found', ActiveState: 'inactive', RequiresMountsFor: '' };
    expect(failing(judge(unitShown('kubelet.service', gone), mounted('data.mount', 1)))).toEqual([]);
  });
});
