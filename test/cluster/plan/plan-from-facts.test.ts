import { expect, it } from 'vitest';
import { planFromFacts } from '../../../src/cluster/plan/plan-from-facts.js';
import { renderPlan } from '../../../src/cluster/plan/render-plan.js';
import { sudoFinding } from '../../../src/cluster/preflight/sudo.js';
import { aDisk, aSpecification, someFacts } from '../../support/builders.js';

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
  const refused = sudoFinding({ host: 'node3', said: 'a password is required', advice: 'Allow it.' });
  const plan = planFromFacts(specification, {
    ...{ ...seen, facts: { node1: someFacts(), node2: small } },
    findings: [refused],
  });
  expect(plan.findings.filter(({ host }) => host === 'node3')).toEqual([
    { ...refused, overridden: 'seen to' },
  ]);
  expect(plan.findings.some(({ host, check }) => host === 'node2' && check === 'worker-cpus')).toBe(true);
});

it('lets what is to be known of the release and of the variables be overridden like what the hosts are', () => {
  const reason = 'tried in staging';
  const checks = ['kubespray-release', 'group-variables', 'worker-cpus'] as const;
  const plan = planFromFacts(
    aSpecification({
      kubespray: { release: 'v2.99.0', variables: { upstream_dns_servers: ['9.9.9.9'] } },
      overrides: checks.map((check) => ({ check, reason })),
    }),
    { ...seen, facts: { node4: someFacts({ cpus: 1, addresses: ['10.0.10.9'] }) } },
  );
  expect(plan.findings.map(({ check, overridden }) => [check, overridden])).toEqual(
    checks.map((check) => [check, reason]),
  );
  expect(renderPlan(plan)).toContain(
    'accepted group-variables: is kubespray.variables sets upstream_dns_servers to ["9.9.9.9"]; it takes the place of',
  );
  expect(renderPlan(plan)).toContain('accepted because: tried in staging');
});

it('names machines that were not looked at, where there are any', () => {
  const unread = [{ host: 'node3', isNode: true, why: 'It does not answer.' }];
  const facts = { node1: someFacts() };
  expect(planFromFacts(specification, { ...seen, facts, unread }).unread).toEqual(unread);
  expect(planFromFacts(specification, { ...seen, facts, unread: [] })).not.toHaveProperty('unread');
});
