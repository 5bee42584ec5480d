import { describe, expect, it } from 'vitest';
import { whatResetDoes } from '../../../src/cluster/rerun/reset-node.js';

describe('what a person is told before a reset', () => {
  // roles/reset/tasks/main.yml at v2.24.1, v2.27.1 and v2.31.0.
  it.each([
    ...['/etc/kubernetes', '/var/lib/kubelet', '/var/lib/containerd'],
    ...['~/.kube', '~/.helm', '~/.config/helm', '~/.cache/helm', '~/.local/share/helm'],
    ...['/etc/nginx', '/etc/dnsmasq.conf', '/etc/dnsmasq.d', '/etc/cni', '/opt/cni'],
    ...['/etc/sysctl.d/99-sysctl.conf', '/usr/local/krew', '/var/log/pods'],
  ])("names %s, which may hold something of the operator's own", (path) => {
    const { deletes } = whatResetDoes({ isEtcd: false, target: undefined });
    const words = deletes.join(' ').split(/[ ,:;()]+/);
    expect(words).toContain(path);
  });

  it('names the variables that lead such a deletion elsewhere', () => {
    const text = whatResetDoes({ isEtcd: false, target: undefined }).deletes.join('; ');
    for (const name of ['sysctl_file_path', 'krew_root_dir', 'nginx_config_dir'])
      expect(text).toContain(name);
  });
});
