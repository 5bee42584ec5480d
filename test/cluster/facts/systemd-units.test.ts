import { describe, expect, it } from 'vitest';
import { parseSystemdUnits, serviceName, unitProperties } from '../../../src/cluster/facts/systemd-units.js';

describe('units', () => {
  it('are read whatever the order of their lines', () => {
    const text = [
      'UnitFileState=enabled\nId=kubelet.service\nLoadState=loaded\nActiveState=active\nSubState=running',
      'NRestarts=3\nActiveEnterTimestampMonotonic=12500000\nRequiresMountsFor=/data /var/lib/kubelet',
    ].join('\n');
    expect(parseSystemdUnits(`\n${text}\n\nId=etcd.service\nLoadState=not-found\n`)).toEqual([
      {
        ...{ id: 'kubelet.service', load: 'loaded', active: 'active', sub: 'running', enabled: 'enabled' },
        ...{ restarts: 3, activeSince: 12.5, mounts: '/data /var/lib/kubelet' },
      },
      {
        ...{ id: 'etcd.service', load: 'not-found', active: '', sub: '', enabled: '' },
        ...{ restarts: 0, activeSince: 0, mounts: '' },
      },
    ]);
  });

  it('are none in what systemd does not answer', () => {
    expect(parseSystemdUnits('')).toEqual([]);
    expect(parseSystemdUnits('LoadState=loaded')).toEqual([]);
    expect(parseSystemdUnits('Id=a.service\nNRestarts=[not set]')[0]?.restarts).toBe(0);
  });

  it('are asked for all that is read of them', () => {
    const text = unitProperties.split(',').map((name) => `${name}=7`).join('\n'); // prettier-ignore
    expect(Object.values(parseSystemdUnits(text)[0] ?? {}).map(String)).not.toContain('');
    expect(unitProperties.split(',')).toHaveLength(8);
  });

  it('have a name without the suffix of services alone', () => {
    expect(['kubelet.service', 'docker.socket', 'a.service.d'].map((id) => serviceName({ id }))).toEqual([
      ...['kubelet', 'docker.socket', 'a.service.d'],
    ]);
  });
});
