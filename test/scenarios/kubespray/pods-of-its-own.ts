import { execa } from 'execa';
import { expect } from 'vitest';
import type { LabMachine } from '../../../src/lab/index.js';
import { workload } from '../../../src/lab/kubernetes/objects.js';
import { onMachine } from '../../support/lab-host.js';

/** An image of the mirror with busybox. */
const image = 'docker.io/library/nginx:1.28.0-alpine';
const port = 8080;
const nodePort = 30080;

/** Whom pods ask for names: the cache on their own node. */
export const nameServer = '169.254.25.10';

const labels = { app: 'greeter' };

/** On each node a pod that tells by HTTP on which one it is. */
const objects = [
  workload('DaemonSet', 'greeter', 'default', {
    labels,
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          ...{ name: 'greeter', image },
          command: ['/bin/busybox', 'sh', '-ec'],
          args: [
            `busybox mkdir /tmp/www; echo "$NODE" > /tmp/www/index.html; exec busybox httpd -f -p ${port} -h /tmp/www`,
          ],
          env: [{ name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
          readinessProbe: { tcpSocket: { port }, periodSeconds: 2 },
        },
      ],
    },
  }),
  service('greeter', { ports: [{ port: 80, targetPort: port }] }),
  service('greeter-outside', { type: 'NodePort', ports: [{ port: 80, targetPort: port, nodePort }] }),
];

function service(name: string, spec: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { selector: labels, ...spec },
  };
}

interface Pod {
  readonly name: string;
  readonly address: string;
  readonly node: string;
}

export class PodsOfItsOwn {
  private constructor(
    private readonly control: LabMachine,
    private readonly nodes: readonly LabMachine[],
    readonly pods: readonly Pod[],
  ) {}

  /** Starts one on each node. @param control where kubectl is */
  static async start(control: LabMachine, nodes: readonly LabMachine[]): Promise<PodsOfItsOwn> {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    const { exitCode, stderr } = await control.run('kubectl apply -f -', { stdin: list });
    expect(exitCode, stderr).toBe(0);
    const { exitCode: code, stderr: why } = await control.run(
      'kubectl rollout status daemonset/greeter --timeout 240s',
      { timeout: 250_000 },
    );
    expect(code, why).toBe(0);
    const path = '{range .items[*]}{.metadata.name} {.status.podIP} {.spec.nodeName}{"\\n"}{end}';
    const told = await onMachine(control, `kubectl get pods -l app=greeter -o jsonpath='${path}'`);
    return new PodsOfItsOwn(
      control,
      nodes,
      told
        .trim()
        .split('\n')
        .map((line) => line.split(' '))
        .map(([name = '', address = '', node = '']) => ({ name, address, node })),
    );
  }

  /** What a pod gets by HTTP, asked from its network by curl: the image has none that could. */
  async ask(
    from: Pod,
    { host, port = 80 }: { readonly host: string; readonly port?: number },
  ): Promise<string> {
    const node = this.nodes.find(({ name }) => name === from.node);
    if (node === undefined) throw new Error(`${from.node} is none of the nodes.`);
    const { stdout, stderr } = await node.run(
      `id=$(crictl pods --name '^${from.name}$' --state ready --quiet)
pid=$(crictl inspectp --output go-template --template '{{.info.pid}}' "$id")
within="nsenter --net=/proc/$pid/ns/net"
host=${host}
case $host in *[a-z]*) host=$($within dig +short +time=2 "$host" @${nameServer}) ;; esac
$within curl --silent --show-error --max-time 5 "http://$host:${port}/"`,
      { timeout: 60_000 },
    );
    return stdout.trim() || `${from.node} asks ${host}: ${stderr.trim()}`;
  }

  /** A file of a pod, which the API server has from the kubelet of its node. */
  read(pod: Pod, file: string): Promise<string> {
    return onMachine(this.control, `kubectl exec ${pod.name} -- /bin/busybox cat ${file}`);
  }

  async end(): Promise<void> {
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    await this.control.run('kubectl delete --now -f -', { stdin: list, timeout: 60_000 });
  }
}

export { port as podPort };

/** What this machine, which is no node, gets at a node's own port of the service. */
export async function askNodePort({ address }: LabMachine): Promise<string> {
  const { stdout, stderr } = await execa(
    'curl',
    ['--silent', '--show-error', '--max-time', '5', `http://${address}:${nodePort}/`],
    { reject: false },
  );
  return stdout.trim() || stderr;
}
