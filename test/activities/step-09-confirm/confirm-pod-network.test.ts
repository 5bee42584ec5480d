import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { confirmPodNetwork } from '../../../src/activities/step-09-confirm/confirm-pod-network.js';
import type { NodeNetwork } from '../../../src/cluster/verification/cluster-network.js';
import type { VerificationResult } from '../../../src/protocol/step-inputs.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';
import { failing } from '../../support/confirmation.js';
import { nodeNetwork } from '../../support/node-network.js';

const found = [null, 0, ['10.233.0.1']];
const allWell = JSON.stringify({ connections: [null, null, null], questions: [found, found] });
const podsLost = JSON.stringify({ connections: ['timed-out', null, null], questions: [found, found] });

/** What it answers from itself, and from the pod. */
const node = (fromHost: object | string = allWell, fromPod: object | string = allWell) =>
  new FakeHost('node1').when(/python3/, fromHost).when(/nsenter/, fromPod);

const confirm = (host: FakeHost, network: NodeNetwork = nodeNetwork()): Promise<VerificationResult> =>
  new MockActivityEnvironment().run(confirmPodNetwork({ hosts: new FakeHostPool([host]) }), {
    host: { kind: 'local' as const, name: 'node1', cluster: 'akash' },
    network,
    carriers: ['udp 8472 (Flannel VXLAN)'],
  });

const textOf = ({ checks }: VerificationResult, name: string) =>
  checks.find(({ check }) => check === name)?.is;

describe('confirmPodNetwork', () => {
  it('tries from the host and from the pod that was chosen, and judges both', async () => {
    const host = node();
    const result = await confirm(host);
    expect(result.checks.map(({ check, passed }) => [check, passed])).toEqual([
      ['pod-network', true],
      ['service-network', true],
      ['cluster-dns', true],
    ]);
    const question = ['kubernetes.default.svc.cluster.local', 1];
    for (const { stdin } of host.runs) {
      expect(JSON.parse(stdin ?? '')).toEqual({
        connections: [
          ['10.233.65.2', 53],
          ['10.233.0.3', 53],
          ['10.233.0.1', 443],
        ],
        questions: [
          ['169.254.25.10', 53, ...question],
          ['10.233.0.3', 53, ...question],
        ],
      });
    }
    expect(host.scripts(/nsenter/).join()).toContain("--namespace kube-system --name '^dns-autoscaler-1$'");
  });

  it('fails for what the host, or only its pod, does not reach', async () => {
    expect(failing(await confirm(node(podsLost)))).toEqual(['pod-network']);
    const result = await confirm(node(allWell, podsLost));
    expect(failing(result)).toEqual(['pod-network']);
    expect(textOf(result, 'pod-network')).toMatch(/^not from dns-autoscaler-1: coredns-2 on node2/);
  });

  it('asks for an IPv6 address where the API’s is one', async () => {
    const host = node();
    const api = { ...nodeNetwork().api, addresses: ['fd00::1'] };
    await confirm(host, nodeNetwork({ api }));
    expect(JSON.parse(host.runs[0]?.stdin ?? '')).toMatchObject({
      questions: [['169.254.25.10', 53, 'kubernetes.default.svc.cluster.local', 28], expect.anything()],
    });
  });

  it('enters no pod where none of kube-system is there', async () => {
    const host = node();
    const result = await confirm(host, nodeNetwork({ pod: null }));
    expect(host.scripts(/crictl|nsenter/)).toEqual([]);
    expect(textOf(result, 'pod-network')).toContain('no pod of kube-system runs here to try from');
  });

  it.each([
    [96, 'no crictl'],
    [97, 'the pod is not there'],
  ])('says why no pod was entered: exit code %i', async (exitCode, why) => {
    const result = await confirm(node(allWell, { exitCode }));
    expect(failing(result)).toEqual([]);
    expect(textOf(result, 'cluster-dns')).toMatch(new RegExp(`not tried from dns-autoscaler-1: ${why}$`));
  });

  it('fails where there is no Python to try by', async () => {
    expect(failing(await confirm(node({ exitCode: 95 }, { exitCode: 95 })))).toEqual(['pod-network']);
  });

  it.each(['', 'Traceback', '{}', JSON.stringify({ connections: [null], questions: [] })])(
    'does not take %j for an answer',
    async (answer) => {
      await expect(confirm(node(answer))).rejects.toThrow(
        /The answer about the network of node1 cannot be understood/,
      );
    },
  );
});
