import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { outlineMarkdown } from '../../../src/cluster/text/outline.js';
import { renderPlan } from '../../../src/cluster/plan/render-plan.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import type { StoragePlan } from '../../../src/cluster/storage/storage-plan.js';
import { orderItems, workOrder } from '../../../src/cluster/plan/work-order.js';
import { aPlan } from '../../support/a-plan.js';
import { anApplyPlan, aSpecification, aTarget, someFacts } from '../../support/builders.js';

const hosts: SpecificationInput['hosts'] = [
  { name: 'w1', address: '10.0.0.1', roles: ['worker'] },
  { name: 'cp1', address: '10.0.0.2', roles: ['control-plane', 'worker'] },
  { name: 'cp2', address: '10.0.0.3', roles: ['control-plane', 'worker'] },
  { name: 'etcd', address: '10.0.0.4', roles: ['etcd'] },
  { name: 'w2', address: '10.0.0.5', roles: ['worker'] },
  { name: 'new', address: '10.0.0.6', roles: ['worker'] },
];
const active = (...units: string[]): HostFacts =>
  someFacts({
    units: units.map((name) => ({ name, load: 'loaded', active: 'active', enabled: 'enabled' })),
  });
const apply = (host: string, path: 'fresh' | 'migrate', layout: 'bind' | 'root-dir' = 'bind'): StoragePlan =>
  anApplyPlan({ target: aTarget({ host, path, layout }), digest: `sha256:${host}` });

const facts = {
  w1: active('kubelet'),
  cp1: active('kubelet', 'containerd', 'etcd'),
  cp2: someFacts(),
  etcd: active('etcd'),
  w2: active('containerd'),
  new: someFacts(),
};
const storage = {
  w1: apply('w1', 'fresh'),
  cp1: apply('cp1', 'migrate'),
  cp2: apply('cp2', 'migrate'),
  etcd: apply('etcd', 'fresh'),
  w2: apply('w2', 'fresh'),
  new: apply('new', 'fresh'),
};
const specificationWith = (maxUnavailable?: number) =>
  aSpecification({
    hosts,
    firewall: { enabled: false },
    ...(maxUnavailable !== undefined && { maintenance: { maxUnavailable } }),
  });
const planWith = ({
  maxUnavailable,
  ...change
}: { maxUnavailable?: number; storage?: typeof storage } = {}) =>
  aPlan({
    specification: specificationWith(maxUnavailable),
    ...{ facts, storage, ...change },
  });

describe('the order of step 7', () => {
  it('takes control planes and etcd members in use one by one, workers in use by default so too, and leaves blank hosts side by side', () => {
    expect(workOrder({ specification: specificationWith(), facts, storage })).toEqual({
      oneByOne: ['cp1', 'cp2', 'etcd'],
      workers: ['w1', 'w2'],
      sideBySide: ['new'],
      maxUnavailable: 1,
      runningControlPlanes: ['cp1'],
    });
  });

  it('keeps the place of a host in use that is satisfied, and takes none into it on which step 7 does nothing', () => {
    const satisfied = { kind: 'satisfied', target: aTarget({ host: 'cp1' }), digest: 'sha256:1' } as const;
    const other = { ...storage, cp1: satisfied, w1: { kind: 'none' } as const };
    expect(workOrder({ specification: specificationWith(), facts, storage: other })).toMatchObject({
      oneByOne: ['cp1', 'cp2', 'etcd'],
      workers: ['w2'],
      sideBySide: ['w1', 'new'],
    });
  });

  it('is a part of the plan, as text and as Markdown', () => {
    const plan = planWith({ maxUnavailable: 2 });
    expect(renderPlan(plan)).toContain(`
Order
  control planes and etcd members in use, one at a time: cp1, cp2, etcd
    the next begins when the one before is back; where one fails or waits for a decision, none begins
  after them workers in use, at most 2 at a time (maintenance.maxUnavailable): w1, w2
  beside these, side by side, hosts on which nothing runs yet: new
  akash-provider, where this cluster runs one, is scaled to 0 before the work on cp1, cp2, etcd, w1, w2, and back to what it had when they are back
`);
    expect(renderPlan(plan)).toContain('restarts of 6 hosts above, in this order: w1, cp1');
    expect(outlineMarkdown([{ heading: 'Order', items: orderItems(plan.order, plan.storage) }])).toContain(
      '**Order**\n\n- control planes and etcd members in use, one at',
    );
  });

  it.each([
    ['a host alone that is stopped', facts, true],
    ['no control plane that runs', { ...facts, cp1: active('containerd', 'etcd') }, false],
  ])('tells what becomes of akash-provider, with %s', (_, seen, isTold) => {
    const alone = { w1: apply('w1', 'migrate') } as unknown as typeof storage;
    const plan = aPlan({
      specification: specificationWith(),
      ...{ facts: seen, storage: alone },
    });
    expect(renderPlan(plan).includes('is scaled to 0 before the work on w1, and back')).toBe(isTold);
    expect(renderPlan(plan)).not.toContain('at a time');
  });

  it('is what an approval is bound to', () => {
    expect(planWith({ maxUnavailable: 2 }).digest).not.toBe(planWith().digest);
    expect(planWith({ maxUnavailable: 1 }).digest).toBe(planWith().digest);
  });

  it.each([
    ['nothing is in use', { new: storage.new, w3: apply('w3', 'fresh') }],
    ['it is about one host', { w1: storage.w1 }],
  ])('is not spoken of where %s', (_, storage: Record<string, StoragePlan>) => {
    const one = (maxUnavailable: number) =>
      aPlan({
        specification: specificationWith(maxUnavailable),
        ...{ facts, storage },
      });
    expect(renderPlan(one(1))).not.toMatch(/at a time|side by side/);
    expect(one(1).digest).toBe(one(2).digest);
  });

  it('says which hosts are not back before step 8', () => {
    const text = renderPlan(planWith({ storage: { ...storage, cp2: apply('cp2', 'migrate', 'root-dir') } }));
    expect(text).toContain('kubelet and containerd of cp2 stay stopped until step 8');
  });
});
