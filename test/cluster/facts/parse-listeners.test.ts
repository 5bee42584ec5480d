import { describe, expect, it } from 'vitest';
import { parseFacts } from '../../../src/cluster/facts/parse-facts.js';
import { mark } from '../../support/recorded-facts.js';

describe('parseFacts', () => {
  it.each([
    ['0::/system.slice/rke2-server.service', 'rke2-server.service'],
    ['0::/kube.slice/kubelet.service', 'kubelet.service'],
    ['1:name=systemd:/system.slice/k0scontroller.service/leaf', 'k0scontroller.service'],
    ['4:memory:/other.service', undefined],
    ['0::/user.slice/user-0.slice/user@0.service/app.slice/run-1.scope', undefined],
    ['0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-1f.scope', undefined],
    ['0::/system.slice/containerd.service/kubepods-burstable-pod1:cri-containerd:1f', undefined],
    ['0::/system.slice/docker-1f.scope', undefined],
  ])('tells the service in which a part of Kubernetes listens by the control group %s', (line, unit) => {
    const sections = {
      'boot-id': 'b',
      init: 'systemd',
      listeners: 'tcp LISTEN 0 1 *:10250 *:* users:(("kubelet",pid=9,fd=2))',
    };
    const text = Object.entries({ ...sections, 'control-groups': `10 0::/x.service\n9 ${line}`, end: '' })
      .map(([name, lines]) => `\n${mark} ${name}\n${lines}\n`)
      .join('');
    const [found] = parseFacts(text, mark).system?.listeners ?? [];
    expect(found).toMatchObject({ process: 'kubelet' });
    expect(found?.unit).toBe(unit);
  });
});
