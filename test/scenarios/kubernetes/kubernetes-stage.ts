import { expect } from 'vitest';
import type { CheckResult } from '../../../src/cluster/checks/checks.js';
import { confirmDns } from '../../../src/activities/step-09-confirm/confirm-dns.js';
import { confirmNodes } from '../../../src/activities/step-09-confirm/confirm-nodes.js';
import { confirmPods } from '../../../src/activities/step-09-confirm/confirm-pods.js';
import type { VerifyKubernetesInput } from '../../../src/protocol/step-inputs.js';
import { startKubernetes, type Kubernetes } from '../../../src/lab/kubernetes/start.js';
import { matchingRelease } from '../../../src/lab/kubernetes/versions.js';
import { runStep } from '../../support/control-host.js';
import { labAddressOf, useLab, type LabStage } from '../../support/lab-host.js';

export const upstreamDns = ['8.8.8.8', '1.1.1.1'];

export interface KubernetesStage extends LabStage {
  readonly cluster: Kubernetes;
}

/** A cluster for the tests of one file. */
export function useKubernetes(name: string, members: readonly [string, ...string[]]) {
  let cluster: Kubernetes | undefined;
  const stage = useLab(name, async ({ lab }) => {
    cluster = await startKubernetes(lab, {
      members,
      worker: 'worker1',
      upstreamDns,
      onProgress: console.log,
    });
  });
  return (): KubernetesStage => {
    if (cluster === undefined) throw new Error('The cluster is there only while tests run.');
    return { ...stage(), cluster };
  };
}

const confirmations = { confirmNodes, confirmPods, confirmDns };

/**
 * The checks of one activity of step 9 that asks the API server, as a worker would run it.
 * @param change what is asked for otherwise than what the lab has
 */
export async function confirm(
  { cluster, dependencies }: KubernetesStage,
  step: keyof typeof confirmations,
  change: Partial<VerifyKubernetesInput> = {},
): Promise<readonly CheckResult[]> {
  const input: VerifyKubernetesInput = {
    host: labAddressOf(cluster.controlPlane),
    nodes: [cluster.worker.name],
    release: matchingRelease,
    upstreamDns,
    ...change,
  };
  return (await runStep(confirmations[step](dependencies), input)).checks;
}

/** Those that failed, as "check: what was seen". */
export function failing(checks: readonly CheckResult[]): string[] {
  return checks.filter(({ passed }) => !passed).map(({ check, is }) => `${check}: ${is}`);
}

/** Asks again until the checks are as wanted, for what takes a cluster its time to notice. */
export async function until<Value>(
  look: () => Promise<Value>,
  isWanted: (value: Value) => boolean,
  seconds = 300,
): Promise<Value> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await look();
    if (isWanted(value) || Date.now() > end) return value;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Waits until every check passes. @returns them */
export async function allPass(look: () => Promise<readonly CheckResult[]>): Promise<readonly CheckResult[]> {
  const checks = await until(look, (all) => failing(all).length === 0);
  expect(failing(checks)).toEqual([]);
  return checks;
}

/** A pod of the cluster as far as these tests look at it. */
export interface PodSeen {
  readonly name: string;
  readonly uid: string;
  readonly containerId: string;
  readonly ready: boolean;
  /** Deleted, and not gone yet. */
  readonly isEnding: boolean;
}

/** All pods by their workload's name: what comes before the suffixes that Kubernetes gives. */
export async function podsOf(cluster: Kubernetes): Promise<readonly PodSeen[]> {
  const text = await cluster.kubectl(['get', 'pods', '--all-namespaces', '-o', 'json']);
  const { items } = JSON.parse(text) as { items: PodJson[] };
  return items.map(({ metadata, status }) => ({
    name: metadata.name,
    uid: metadata.uid,
    containerId: status.containerStatuses?.[0]?.containerID ?? '',
    ready:
      status.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false,
    isEnding: metadata.deletionTimestamp !== undefined,
  }));
}

interface PodJson {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly containerStatuses?: readonly { readonly containerID?: string }[];
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}
