import { describe, expect, it } from 'vitest';
import {
  input,
  list,
  controlPlane,
  labels,
  nodeStatus,
  confirm,
  failing,
} from '../../support/confirmation.js';

describe.each(['confirmNodes', 'confirmPods', 'confirmDns'] as const)('%s', (step) => {
  it('passes on a healthy cluster, asked with the operator’s access', async () => {
    const host = controlPlane();
    const result = await confirm(step, host);
    expect(result.checks.length).toBeGreaterThan(1);
    expect(failing(result)).toEqual([]);
    expect(
      host.scripts(/kubectl/).every((text) => text.includes('KUBECONFIG=/etc/kubernetes/admin.conf')),
    ).toBe(true);
  });

  it.each([
    [{ exitCode: 97 }, 'kubectl is not installed'],
    [{ exitCode: 98 }, 'there is no /etc/kubernetes/admin.conf'],
    [
      {
        exitCode: 1,
        stderr: 'E1122 memcache.go:265\nThe connection to the server 10.0.0.1:6443 was refused',
      },
      'The connection to the server 10.0.0.1:6443 was refused',
    ],
  ])('fails the one check kubernetes-api where nobody answers: %o', async (answer, is) => {
    const { checks } = await confirm(step, controlPlane().when(/kubectl/, answer));
    expect(checks).toMatchObject([{ check: 'kubernetes-api', host: 'node1', passed: false, is }]);
  });
});

describe('a list of Kubernetes', () => {
  it('reads a list to its end, page by page', async () => {
    const names = ['node1', 'node2', 'node3'];
    const page = (index: number) =>
      JSON.stringify({
        metadata: index < 2 ? { continue: `after/${names[index]}+` } : {},
        items: [{ metadata: { name: names[index], labels }, status: nodeStatus }],
      });
    const lease = (name: string) => ({
      metadata: { name },
      spec: { renewTime: '2026-11-22T14:00:20.000000Z' },
    });
    const host = controlPlane()
      .when(/leases\?/, list(...names.map(lease)))
      .when(/v1\/nodes\?limit=200/, page(0))
      .when(/continue=after%2Fnode1%2B/, page(1))
      .when(/continue=after%2Fnode2%2B/, page(2));
    const { checks } = await confirm('confirmNodes', host, { ...input, nodes: names });
    expect(failing({ checks })).toEqual([]);
    expect(new Set(checks.map((check) => check.host))).toEqual(new Set(names));
  });
});
