import { describe, expect, it } from 'vitest';
import type { VerifyKubernetesInput } from '../../../src/protocol/step-inputs.js';
import { input, controlPlane, confirm, failing } from '../../support/confirmation.js';

const coreDns = ['coredns-forward', 'coredns-pods'];
const nodeLocalDns = ['node-local-dns-forward', 'node-local-dns-pods'];

describe('confirmDns', () => {
  it.each<[Partial<VerifyKubernetesInput>, readonly string[]]>([
    [{}, [...coreDns, ...nodeLocalDns]],
    [{ upstreamDns: null }, ['coredns-pods', 'node-local-dns-pods']],
    [{ nodeLocalDns: false }, coreDns],
    [{ coreDns: [] }, nodeLocalDns],
    [{ coreDns: ['kube-dns', 'kube-dns-secondary'] }, [...coreDns, 'coredns-pods', ...nodeLocalDns]],
  ])('looks for the DNS that was asked for: %j', async (asked, checks) => {
    const result = await confirm('confirmDns', controlPlane(), { ...input, ...asked });
    expect(result.checks.map(({ check }) => check)).toEqual(checks);
  });

  it('wants the node-local cache to forward to the same servers, because names outside are asked of it', async () => {
    const data = {
      Corefile: 'cluster.local:53 {\n    forward . 10.233.0.3\n}\n.:53 {\n    forward . 9.9.9.9\n}\n',
    };
    const host = controlPlane().when(/configmap nodelocaldns/, JSON.stringify({ data }));
    const { checks } = await confirm('confirmDns', host);
    const failed = checks.filter(({ passed }) => !passed);
    expect(failed).toMatchObject([
      { check: 'node-local-dns-forward', is: 'forward . 9.9.9.9', shouldBe: 'forward . 8.8.8.8' },
    ]);
    expect(failed[0]?.advice).toContain('config map nodelocaldns');
  });

  it('takes a missing config map for a Corefile that forwards nothing', async () => {
    const answer = { exitCode: 1, stderr: 'Error from server (NotFound): configmaps "coredns" not found' };
    const result = await confirm('confirmDns', controlPlane().when(/configmap coredns/, answer));
    expect(failing(result)).toEqual(['coredns-forward']);
  });

  it('looks for the node-local cache by both labels', async () => {
    const host = controlPlane();
    await confirm('confirmDns', host);
    const [query = ''] = /\?\S+(?=')/.exec(host.scripts(/node-local-dns/)[0] ?? '') ?? [];
    expect(new URLSearchParams(query).get('labelSelector')).toBe('k8s-app in (node-local-dns,nodelocaldns)');
  });
});
