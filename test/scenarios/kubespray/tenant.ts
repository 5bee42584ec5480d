import { expect } from 'vitest';
import type { LabMachine } from '../../../src/lab/index.js';
import { workload } from '../../../src/lab/kubernetes/objects.js';
import { onMachine } from '../../support/lab-host.js';

/** An image of the mirror with busybox. */
const image = 'docker.io/library/nginx:1.28.0-alpine';
const labels = { app: 'tenant' };

/** What stands in its volumes is written once, so that a new volume is seen by another digest. */
const program = `
for folder in /data /host; do
  [ -e $folder/marker ] || busybox head -c 1000000 /dev/urandom > $folder/marker
done
exec busybox sleep 1000000`;

/** A tenant's pod on one node, with data in an emptyDir and in a folder of the node. */
function deployment(node: string): object {
  return workload('Deployment', 'tenant', 'default', {
    labels,
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': node },
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          ...{ name: 'tenant', image },
          command: ['/bin/busybox', 'sh', '-ec', program],
          volumeMounts: [
            { name: 'data', mountPath: '/data' },
            { name: 'host', mountPath: '/host' },
          ],
        },
      ],
      volumes: [
        { name: 'data', emptyDir: {} },
        { name: 'host', hostPath: { path: '/srv/tenant', type: 'DirectoryOrCreate' } },
      ],
    },
  });
}

/** What tells a pod from a new one, and its data from other data. */
export interface TenantSeen {
  readonly uid: string;
  readonly containerId: string;
  readonly digests: string;
}

/** Starts it and waits until it is ready. */
export async function tenant(control: LabMachine, node: string): Promise<{ seen(): Promise<TenantSeen> }> {
  const { exitCode, stderr } = await control.run('kubectl apply -f -', {
    stdin: JSON.stringify(deployment(node)),
  });
  expect(exitCode, stderr).toBe(0);
  const wait = 'kubectl rollout status deployment/tenant --timeout 600s';
  const ready = async () => {
    const rollout = await control.run(wait, { timeout: 610_000 });
    expect(rollout.exitCode, rollout.stderr).toBe(0);
  };
  const field = (path: string) =>
    onMachine(control, `kubectl get pods -l app=tenant -o jsonpath='{.items[*]${path}}'`);
  await ready();
  return {
    async seen() {
      await ready();
      return {
        uid: await field('.metadata.uid'),
        containerId: await field('.status.containerStatuses[0].containerID'),
        digests: await onMachine(
          control,
          'kubectl exec deployment/tenant -- /bin/busybox sha256sum /data/marker /host/marker',
        ),
      };
    },
  };
}
