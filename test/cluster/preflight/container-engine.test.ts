import { describe, expect, it } from 'vitest';
import { type Scene, found, listener, services } from '../../support/preflight-scene.js';

describe('another container engine', () => {
  const engines = (scene: Scene) => found(scene).filter(({ check }) => check === 'other-container-engine');
  const is = (scene: Scene) => engines(scene).map((finding) => finding.is);
  const docker = { units: services({ docker: 'active', 'docker.socket': 'active' }) };

  it('is told before Kubespray deletes what is in it, with a way to keep it', () => {
    expect(engines({ facts: { ...docker, kubernetes: null } })).toEqual([
      {
        ...{ check: 'other-container-engine', host: 'w', severity: 'error', overridden: null },
        is: 'Docker, which runs (docker.service)',
        shouldBe:
          'containerd alone: Kubespray ends Docker, and what is in it is deleted, that is all containers with their ' +
          'volumes, all images, /var/lib/docker and /etc/docker',
        advice:
          'Move what is needed to another host, or leave this one out. To keep what is in /var/lib/docker: systemctl ' +
          'disable --now docker.service docker.socket. Kubespray takes off its packages at most then.',
      },
    ]);
  });

  it('costs a node in use its pods besides', () => {
    const [finding] = engines({ facts: { ...docker, kubernetes: { kubelet: '1.35.4', apiServer: null } } });
    expect(finding?.shouldBe).toMatch(/; on this node it drains it and stops kubelet first$/);
  });

  it('counts where a socket would start it, or something of it listens', () => {
    expect(is({ facts: { units: services({ 'docker.socket': 'active' }) } })).toEqual([
      'Docker, which docker.socket starts for whoever asks',
    ]);
    const listeners = [listener(22, 'sshd'), listener(9443, 'docker-proxy')];
    expect(is({ system: { listeners } })).toEqual(['Docker, which runs (docker-proxy listens)']);
    expect(is({ system: { listeners: [listener(2375, 'dockerd')] } })).toEqual([
      'Docker, which runs (dockerd listens)',
    ]);
  });

  it('may be CRI-O, whose settings Podman uses too', () => {
    const [finding, ...others] = engines({ facts: { units: services({ crio: 'active' }) } });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ is: 'CRI-O, which runs (crio.service)' });
    expect(finding?.shouldBe).toContain('/etc/crio, /etc/containers (which is Podman’s too)');
    expect(is({ facts: { units: services({ crio: 'active', docker: 'active' }) } })).toHaveLength(2);
  });

  it('is containerd itself where container_manager is another and Docker is not installed', () => {
    const variables = { container_manager: 'crio' };
    const units = services({ containerd: 'active' });
    const [finding] = engines({ variables, facts: { units } });
    expect(finding?.shouldBe).toMatch(/^crio alone: .*\/var\/lib\/containerd/);
    expect(is({ facts: { units } })).toEqual([]);
    expect(is({ variables, facts: { units: [...units, ...services({ docker: 'inactive' })] } })).toEqual([]);
  });

  it.each<[string, Scene]>([
    ['one that is only installed', { facts: { units: services({ docker: 'inactive', crio: 'failed' }) } }],
    ['the one that container_manager names', { facts: docker, variables: { container_manager: 'docker' } }],
    ['one on a host of etcd alone, which gets none', { facts: docker, roles: ['etcd'] }],
    ['one where Kubespray is told to leave it', { facts: docker, variables: { deploy_container_engine: false } }],
  ])('is not %s', (_, scene) => {
    expect(is(scene)).toEqual([]);
  }); // prettier-ignore

  it('stops no workflow that has gone on with facts of an earlier version', () => {
    const units = services({ docker: 'active' }).filter(({ name }) => name === 'docker');
    expect(engines({ facts: { units } })).toMatchObject([{ severity: 'warning' }]);
  });

  it('can be accepted', () => {
    const overrides = [
      { check: 'other-container-engine' as const, hosts: ['w'], reason: 'Nothing is in it.' },
    ];
    expect(engines({ facts: docker, specification: { overrides } })).toMatchObject([
      { overridden: 'Nothing is in it.' },
    ]);
  });
});
