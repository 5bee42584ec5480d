import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LabMachine } from '../../../src/lab/index.js';
import { KubesprayStage } from './stage.js';

let stage: KubesprayStage;
let control: LabMachine;

beforeAll(async () => {
  stage = await KubesprayStage.open();
  control = await stage.startNode('n1');
});

// A set-up that failed has left nothing to close.
afterAll(() => (stage as KubesprayStage | undefined)?.close());

/** `slipway up` ends well, and so does each check of its report. */
async function comesUp(): Promise<void> {
  const { exitCode, output } = await stage.up();
  expect(exitCode, output).toBe(0);
  expect(output).toContain('Cluster lab-kubespray-test is ready');
  expect(output).toContain('\n  passed node-ready: ');
  expect(output).not.toMatch(/^ {2}failed /m);
}

/** "<name> <status of its condition Ready>" of each node, as the API server has it. */
async function nodes(): Promise<string[]> {
  const path =
    '{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
  const { stdout, stderr } = await control.run(`kubectl get nodes -o jsonpath='${path}'`);
  expect(stderr).toBe('');
  return stdout.trim().split('\n').sort();
}

/** Pods by their UIDs, with how often their containers were started again. */
async function pods(): Promise<string> {
  const path = '{range .items[*]}{.metadata.uid} {.status.containerStatuses[*].restartCount}{"\\n"}{end}';
  const { stdout } = await control.run(`kubectl get pods -A -o jsonpath='${path}'`);
  return stdout.trim().split('\n').sort().join('\n');
}

it('makes a cluster of one bare node', async () => {
  await comesUp();
  expect(await nodes()).toEqual(['n1 True']);
});

it('changes nothing of its own in a cluster that is there, and restarts no pod', async () => {
  const before = await pods();
  await comesUp();
  expect(await pods()).toBe(before);
});

it('joins a worker that is one more line in cluster.yaml', async () => {
  const worker = await stage.startNode('n2');
  await comesUp();
  expect(await nodes()).toEqual(['n1 True', 'n2 True']);
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
