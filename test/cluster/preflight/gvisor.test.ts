import { describe, expect, it } from 'vitest';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { aSpecification, someFacts } from '../../support/builders.js';

describe('gVisor', () => {
  const findings = (facts: Parameters<typeof someFacts>[0], input: Parameters<typeof aSpecification>[0]) =>
    preflight({ specification: aSpecification(input), facts: { node4: someFacts(facts) } }).filter(
      ({ check }) => check === 'gvisor',
    );

  it('warns of gVisor where the host has cgroup v2', () => {
    const enabled = { kubespray: { variables: { gvisor_enabled: true } } };
    expect(findings({}, enabled)).toMatchObject([{ check: 'gvisor', host: 'node4', severity: 'warning' }]);
    expect(findings({ cgroupVersion: 1 }, enabled)).toEqual([]);
    expect(findings({}, { kubespray: { variables: { gvisor_enabled: false } } })).toEqual([]);
  });
});
