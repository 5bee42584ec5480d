import { describe, expect, it } from 'vitest';
import { checkSpecification, formatProblem } from '../../../../src/cluster/specification/check.js';
import { controlPlane } from '../../../support/specification-problems.js';

describe('the network plugin', () => {
  const read = (firewall: object, variables: object) =>
    checkSpecification({ name: 'a', hosts: [controlPlane], firewall, kubespray: { variables } });

  it.each([
    ['calico', 'cilium', 'cilium'],
    ['cilium', 'calico', 'calico'],
    ['calico', 'weave', 'none'],
    ['none', 'calico', 'calico'],
  ])('is a problem where the firewall’s is %s and the variable’s %s', (networkPlugin, variable, should) => {
    expect(read({ networkPlugin }, { kube_network_plugin: variable }).problems?.map(formatProblem)).toEqual([
      `firewall.networkPlugin: must be ${should}, because kubespray.variables has kube_network_plugin: "${variable}"; one of the two is enough`,
    ]);
  });
});

describe('a network plugin by a template', () => {
  const read = (firewall: object) =>
    checkSpecification({
      ...{ name: 'a', hosts: [controlPlane], firewall },
      kubespray: { variables: { kube_network_plugin: '{{ plugin }}' } },
    });

  it('has to be named for the firewall, too', () => {
    expect(read({}).problems?.map(formatProblem)).toEqual([
      'kubespray.variables.kube_network_plugin: must come with firewall.networkPlugin, because a template does not tell whose packets the firewall has to let through',
    ]);
  });

  it('is the one that the firewall has', () => {
    const { specification } = read({ networkPlugin: 'cilium' });
    expect(specification?.firewall.networkPlugin).toBe('cilium');
    expect(checkSpecification(specification)).toEqual({ specification });
  });
});
