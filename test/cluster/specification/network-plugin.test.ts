import { describe, expect, it } from 'vitest';
import { checkSpecification } from '../../../src/cluster/specification/check.js';
import { controlPlane } from '../../support/specification-problems.js';

describe('the network plugin', () => {
  const read = (firewall: object, variables: object) =>
    checkSpecification({ name: 'a', hosts: [controlPlane], firewall, kubespray: { variables } });
  const pluginOf = (firewall: object, variables: object) =>
    read(firewall, variables).specification?.firewall.networkPlugin;

  it('is that of the firewall’s setting or of the variable, whichever is given', () => {
    expect(pluginOf({}, {})).toBe('calico');
    expect(pluginOf({ networkPlugin: 'cilium' }, {})).toBe('cilium');
    expect(pluginOf({}, { kube_network_plugin: 'cilium' })).toBe('cilium');
    expect(pluginOf({ enabled: false }, { kube_network_plugin: 'flannel' })).toBe('flannel');
    expect(pluginOf({ networkPlugin: 'flannel' }, { kube_network_plugin: 'flannel' })).toBe('flannel');
  });

  it('is none of those that Slipway knows, where the variable names another', () => {
    expect(pluginOf({}, { kube_network_plugin: 'kube-router' })).toBe('none');
    expect(pluginOf({ networkPlugin: 'none' }, { kube_network_plugin: 'kube-router' })).toBe('none');
  });

  it('is the same when the answer is asked about again', () => {
    for (const plugin of ['cilium', 'kube-router']) {
      const { specification } = read({}, { kube_network_plugin: plugin });
      expect(checkSpecification(specification)).toEqual({ specification });
    }
  });
});
