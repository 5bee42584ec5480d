import { join } from 'node:path';

import { sh } from '../../hosts/script.js';
import { ensureImage, type OnProgress } from '../images/ensure-image.js';
import type { Lab } from '../lab.js';
import type { LabSystemdMachine, LabVirtualMachine } from '../machine.js';
import { sshArguments, writeKnownHosts } from '../ssh-client.js';
import { kubernetesBinaries } from './binaries.js';
import { startControlPlane } from './control-plane.js';
import { startEtcd } from './etcd.js';
import { bootstrapObjects, dnsObjects, providerObjects } from './objects.js';
import { runOn } from './run-on.js';
import { startWorker } from './worker.js';

export interface KubernetesOptions {
  /** Names of the systemd machines that are members of etcd; the first is the control plane too. */
  readonly members: readonly [string, ...string[]];
  /** Name of the virtual machine that is the one node. */
  readonly worker: string;
  /** To which CoreDNS forwards. */
  readonly upstreamDns: readonly string[];
  readonly onProgress?: OnProgress;
}

/** A small real Kubernetes on machines of a lab. */
export interface Kubernetes {
  readonly members: readonly [LabSystemdMachine, ...LabSystemdMachine[]];
  readonly controlPlane: LabSystemdMachine;
  readonly worker: LabVirtualMachine;
  /** Standard output of kubectl on the control plane. @throws LabError */
  kubectl(words: readonly string[], options?: { readonly stdin?: string }): Promise<string>;
  /** `kubectl apply` of objects. */
  apply(objects: readonly object[]): Promise<void>;
  /** Waits until so many pods exist and all of them are ready. @throws LabError after half an hour */
  waitForPods(count: number): Promise<void>;
}

/** Pods of {@link startKubernetes}: three stand for the control plane, two are DNS, three a provider's. */
export const podCount = 8;

/**
 * Makes a cluster: etcd and the control plane on systemd machines, and one node, a virtual machine with real containerd
 * and kubelet, with DNS and a provider's pods running on it. The programs are built once, from Go modules. The node
 * has no bootstrap kubeconfig any more.
 * @throws LabError
 */
export async function startKubernetes(lab: Lab, options: KubernetesOptions): Promise<Kubernetes> {
  const binaries = await ensureImage(kubernetesBinaries(), options.onProgress);
  const layers = [join(binaries, 'control-plane')];
  const [first, ...others] = options.members;
  const [controlPlane, worker, ...rest] = await Promise.all([
    lab.startMachine({ name: first, layers }),
    lab.startVm({ name: options.worker, inNetwork: true }),
    ...others.map((name) => lab.startMachine({ name, layers })),
  ]);
  const members = [controlPlane, ...rest] as const;
  await startEtcd(members);
  await startControlPlane(controlPlane, members);
  const cluster = new LabKubernetes(members, worker);
  await cluster.apply(bootstrapObjects);
  await startWorker(worker, {
    binaries,
    controlPlane,
    authority: await runOn(controlPlane, 'read a certificate', sh`cat /etc/kubernetes/ssl/ca.crt`),
    ssh: sshArguments(worker, await writeKnownHosts(lab)),
  });
  await cluster.apply([...dnsObjects(options.upstreamDns), ...providerObjects]);
  await cluster.waitForPods(podCount);
  await runOn(worker, 'take the bootstrap kubeconfig away', sh`rm /etc/kubernetes/bootstrap-kubelet.conf`);
  return cluster;
}

class LabKubernetes implements Kubernetes {
  constructor(
    readonly members: readonly [LabSystemdMachine, ...LabSystemdMachine[]],
    readonly worker: LabVirtualMachine,
  ) {}

  get controlPlane(): LabSystemdMachine {
    return this.members[0];
  }

  async kubectl(words: readonly string[], options: { readonly stdin?: string } = {}): Promise<string> {
    const script = sh`export KUBECONFIG=/etc/kubernetes/admin.conf
kubectl ${words}`;
    return runOn(this.controlPlane, `run kubectl ${words.slice(0, 2).join(' ')}`, script, {
      ...options,
      timeout: 120_000,
    });
  }

  async apply(objects: readonly object[]): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await this.kubectl(['apply', '-f', '-'], { stdin: JSON.stringify(list) });
  }

  async waitForPods(count: number): Promise<void> {
    const script = sh`export KUBECONFIG=/etc/kubernetes/admin.conf
for attempt in $(seq 1500); do
  pods=$(kubectl get pods --all-namespaces --no-headers 2> /dev/null || true)
  [ "$(printf '%s\\n' "$pods" | awk '$3 == "1/1"' | wc -l)" != ${count} ] || exit 0
  sleep 1
done
printf '%s\\n' "$pods"
kubectl get nodes
exit 1`;
    await runOn(this.controlPlane, `wait for ${count} pods`, script, { timeout: 1_800_000 });
  }
}
