import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabMachine } from '../../../src/lab/index.js';
import { onMachine } from '../../support/lab-host.js';
import { breakages } from './breakages.js';
import { confirmFound } from './confirm-found.js';
import { nodesOf } from './nodes-of.js';
import { askNodePort, nameServer, podPort, PodsOfItsOwn } from './pods-of-its-own.js';
import { KubesprayStage } from './stage.js';

let stage: KubesprayStage;
let control: LabMachine;

beforeAll(async () => {
  stage = await KubesprayStage.open();
  control = await stage.startNode('n1');
});

// A set-up that failed has left nothing to close.
afterAll(() => (stage as KubesprayStage | undefined)?.close());

/** Pods by their UIDs, with how often their containers were started again. */
async function pods(): Promise<string> {
  const path = '{range .items[*]}{.metadata.uid} {.status.containerStatuses[*].restartCount}{"\\n"}{end}';
  const { stdout } = await control.run(`kubectl get pods -A -o jsonpath='${path}'`);
  return stdout.trim().split('\n').sort().join('\n');
}

it('makes a cluster of one bare node', async () => {
  await stage.comeUp();
  expect(await nodesOf(control)).toEqual(['n1 True']);
});

it('changes nothing of its own in a cluster that is there, and restarts no pod', async () => {
  const before = await pods();
  await stage.comeUp();
  expect(await pods()).toBe(before);
});

it('joins a worker that is one more line in cluster.yaml', async () => {
  const worker = await stage.startNode('n2');
  await stage.comeUp();
  expect(await nodesOf(control)).toEqual(['n1 True', 'n2 True']);
  // A pod of CoreDNS is asked from both nodes, so one of them asks through the pod network; so is each node's own cache.
  const { stdout } = await control.run(
    "kubectl get pods -n kube-system -l k8s-app=kube-dns -o jsonpath='{.items[*].status.podIP}'",
  );
  for (const node of [control, worker]) {
    for (const server of [...stdout.trim().split(' '), '169.254.25.10']) {
      const answer = await node.run(`dig +short +time=2 kubernetes.default.svc.cluster.local @${server}`);
      expect(answer.stdout.trim(), `${server} asked from ${node.name}`).toBe('10.233.0.1');
    }
  }
});

it('carries what pods send under the rules of step 10: to pods of each node, to a service by its name, to a NodePort', async () => {
  const machines = [control, await stage.machine('n2')];
  for (const machine of machines) await onMachine(machine, 'nft list table inet slipway');
  const greeters = await PodsOfItsOwn.start(control, machines);
  const { pods } = greeters;
  expect(pods.map(({ node }) => node).sort()).toEqual(['n1', 'n2']);
  for (const from of pods) {
    expect(await greeters.read(from, '/etc/resolv.conf')).toContain(`nameserver ${nameServer}\n`);
    for (const to of pods) {
      expect(await greeters.ask(from, { host: to.address, port: podPort })).toBe(to.node);
    }
    expect(['n1', 'n2']).toContain(await greeters.ask(from, { host: 'greeter.default.svc.cluster.local' }));
  }
  for (const machine of machines) expect(['n1', 'n2']).toContain(await askNodePort(machine));
  await greeters.end();
});

describe('slipway verify', () => {
  it.each(breakages)('finds: $what', async (breakage) => {
    await confirmFound(stage, breakage);
  });
});
