import { describe, expect, it } from 'vitest';
import { preflight } from '../../../../src/cluster/preflight/preflight.js';
import { someFacts, someSystem } from '../../../support/builders.js';
import { type Scene, found, specificationOf } from '../../../support/preflight-scene.js';

describe('the file of name servers', () => {
  const system = (id: string, versionId: string) => ({ id, versionId, prettyName: `${id} ${versionId}` });
  const files = (scene: Scene) =>
    found(scene)
      .filter(({ check, host }) => check === 'resolv-conf' && host === 'w')
      .map(({ severity, is }) => `${severity}: ${is}`);
  const missing = 'error: no /run/systemd/resolve/resolv.conf';

  it.each([
    ['ubuntu', '20.04', 'v2.24.1', [missing]],
    ['ubuntu', '22.04', 'v2.24.1', [missing]],
    ['ubuntu', '22.04', 'v2.31.0', [missing]],
    ['ubuntu', '24.04', 'v2.24.3', []],
    ['ubuntu', '24.04', 'v2.25.0', [missing]],
    ['ubuntu', '24.04', 'v2.31.0', [missing]],
    ['ubuntu', '26.04', 'v2.31.0', []],
    ['fedora', '40', 'v2.31.0', [missing]],
    ['debian', '12', 'v2.31.0', []],
    ['debian', '24', 'v2.31.0', []],
  ])(
    'is systemd-resolved’s on %s %s by Kubespray %s, as its folder of variables says',
    (id, number, release, is) => {
      const facts = { operatingSystem: system(id, number) };
      expect(files({ facts, release, system: { hasResolvedFile: false } })).toEqual(is);
      expect(files({ facts, release })).toEqual([]);
    },
  );

  it('is not judged by facts of an earlier version, nor where no release is chosen', () => {
    const variables = { kube_resolv_conf: '/etc/resolv.conf' };
    const earlier = someSystem({ hasResolvedFile: undefined });
    const facts = { w: someFacts({ system: earlier, addresses: ['10.0.0.9'] }) };
    const specification = specificationOf({ variables });
    expect(preflight({ specification, facts, release: 'v2.31.0' })).toEqual([]);
    const without = {
      w: someFacts({ addresses: ['10.0.0.9'], system: someSystem({ hasResolvedFile: false }) }),
    };
    expect(preflight({ specification, facts: without })).toEqual([]);
  });

  it('is told apart from a link to nothing, with what brings it back', () => {
    const link = (resolvConfLink: string) => found({ system: { hasResolvConf: false, resolvConfLink } })[0];
    expect(link('../run/systemd/resolve/stub-resolv.conf')).toMatchObject({
      is: '/etc/resolv.conf is a link to ../run/systemd/resolve/stub-resolv.conf, and nothing is there',
      advice: 'systemctl enable --now systemd-resolved, which writes it.',
    });
    expect(link('nowhere')?.advice).toContain('Write one that names a server');
  });

  it('is not another one because a variable says so', () => {
    const own = (kube_resolv_conf: string, id = 'ubuntu') =>
      files({ variables: { kube_resolv_conf }, facts: { operatingSystem: system(id, '22.04') } });
    expect(own('/etc/kubelet-resolv.conf')).toEqual([
      'warning: kube_resolv_conf: "/etc/kubelet-resolv.conf", which has no effect on ubuntu 22.04',
    ]);
    expect(own('/run/systemd/resolve/resolv.conf')).toEqual([]);
    expect(own('/etc/kubelet-resolv.conf', 'debian')).toEqual([]);
    const variables = { kube_resolv_conf: '/etc/resolv.conf' };
    const both = found({ variables, system: { hasResolvedFile: false } });
    expect(both.filter(({ host }) => host === 'w')).toMatchObject([
      {
        severity: 'error',
        advice: expect.stringContaining('systemctl enable --now systemd-resolved') as string,
      },
    ]);
    expect(both.at(-1)?.advice).toContain('kube_resolv_conf changes nothing here');
  });
});
