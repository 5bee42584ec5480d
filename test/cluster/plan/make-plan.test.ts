import { expect, it, describe } from 'vitest';
import { planFromFacts } from '../../../src/cluster/plan/make-plan.js';
import { sudoFinding } from '../../../src/cluster/preflight/sudo.js';
import { aDisk, aSpecification, someFacts, aTarget } from '../../support/builders.js';
import { plan, hostPlan, release } from '../../support/plans.js';

/** The plan that `slipway plan` shows and the workflow asks to approve. */

const specification = aSpecification({
  hosts: [
    { name: 'node1', address: '10.0.10.136', roles: ['control-plane', 'etcd'] },
    { name: 'node2', address: '10.0.10.9', roles: ['worker'] },
    { name: 'node3', address: '10.0.10.10', roles: ['worker'] },
  ],
  ephemeralStorage: {},
  overrides: [{ check: 'sudo', hosts: ['node3'], reason: 'seen to' }],
});

const disks = ['S1', 'S2'].map((serial) =>
  aDisk({ name: serial, serial, byId: [`/dev/disk/by-id/nvme-${serial}`] }),
);
const worker = someFacts({ machineId: 'b'.repeat(32), blockDevices: disks });
const seen = { controlHost: undefined, reachability: undefined };

it('has each host that was looked at, in the order of the specification, and nobody else', () => {
  const facts = { stranger: someFacts(), node2: worker, node1: someFacts() };
  const plan = planFromFacts(specification, { ...seen, facts });
  expect(Object.entries(plan.storage).map(([host, { kind }]) => [host, kind])).toEqual([
    ['node1', 'none'],
    ['node2', 'apply'],
  ]);
  expect(plan.order.sideBySide).toEqual(['node1', 'node2', 'node3']);
});

it('tells first why a host could not be looked at, and judges it by nothing else', () => {
  const small = { ...worker, cpus: 1 };
  const refused = sudoFinding({ host: 'node3', said: 'a password is required', mend: 'Allow it.' });
  const plan = planFromFacts(specification, {
    ...{ ...seen, facts: { node1: someFacts(), node2: small } },
    findings: [refused],
  });
  expect(plan.findings.filter(({ host }) => host === 'node3')).toEqual([
    { ...refused, overridden: 'seen to' },
  ]);
  expect(plan.findings.some(({ host, check }) => host === 'node2' && check === 'worker-cpus')).toBe(true);
});

describe('planCluster', () => {
  it('is bound to the storage plans that are to be approved, and to nothing else', () => {
    const { digest } = plan({ node4: hostPlan('node4'), node1: { kind: 'none' } });
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(plan({ node4: hostPlan('node4') }).digest).toBe(digest);
    const satisfied = { kind: 'satisfied', target: aTarget({ host: 'node2' }), digest: 'sha256:2' } as const;
    expect(plan({ node4: hostPlan('node4'), node2: satisfied }).digest).toBe(digest);
    expect(plan({ node4: hostPlan('node4', { digest: 'sha256:other' }) }).digest).not.toBe(digest);
    expect(plan({ node3: hostPlan('node4') }).digest).not.toBe(digest);
    expect(plan({ node4: hostPlan('node4'), node3: hostPlan('node3') }).digest).not.toBe(digest);
  });

  it('does not depend on the order of hosts', () => {
    const [a, b] = [hostPlan('a'), hostPlan('b')];
    expect(plan({ a, b }).digest).toBe(plan({ b, a }).digest);
  });

  it('has no digest when nothing is to be approved', () => {
    const refused = { kind: 'refused', host: 'b', why: 'One free disk only.', excluded: [] } as const;
    expect(plan({ a: { kind: 'none' }, b: refused }).digest).toBeNull();
  });

  it('lets what is to be known of the release be overridden', () => {
    const found = {
      check: 'kubespray-release', host: null, severity: 'warning', is: 'v2.99.0', shouldBe: 'a known one', mend: 'x',
    } as const; // prettier-ignore
    const specification = aSpecification({
      overrides: [{ check: 'kubespray-release', reason: 'tried in staging' }],
    });
    const { findings } = plan({}, { specification, release: { ...release, findings: [found] } });
    expect(findings).toEqual([{ ...found, overridden: 'tried in staging' }]);
  });
});
