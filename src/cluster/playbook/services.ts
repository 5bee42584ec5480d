/** A service of the cluster that a playbook waits for by HTTP. */
export interface AwaitedService {
  readonly name: string;
  /** What shows why it is not there, on the machine that it runs on. */
  readonly look: string;
}

interface Known extends AwaitedService {
  /** Ports that are its own in every release. */
  readonly ports: readonly number[];
  /** Of the task that waits, for ports that may be set. */
  readonly task?: RegExp;
}

/** As Kubespray runs them: etcd by systemd, the others as static pods. */
const known: readonly Known[] = [
  { name: 'etcd', ports: [2379], look: journal('etcd') },
  { name: 'etcd-events', ports: [2383], look: journal('etcd-events') },
  { name: 'kube-scheduler', ports: [10259], look: staticPod('kube-scheduler') },
  { name: 'kube-controller-manager', ports: [10257], look: staticPod('kube-controller-manager') },
  {
    name: 'kube-apiserver',
    ports: [6443],
    look: staticPod('kube-apiserver'),
    task: /apiserver|api is up/i,
  },
];

/** What a request was for; undefined for what nobody knows. */
export function awaitedService({
  endpoint,
  task,
}: {
  endpoint: string;
  task: string;
}): AwaitedService | undefined {
  const port = Number(/^[a-z]+:\/\/(?:\[[^\]]*\]|[^/:]*):(\d+)/.exec(endpoint)?.[1]);
  return known.find(({ ports }) => ports.includes(port)) ?? known.find((each) => each.task?.test(task));
}

function journal(unit: string): string {
  return `"journalctl -u ${unit} -n 100"`;
}

function staticPod(name: string): string {
  return `"crictl logs $(crictl ps -aql --name ${name})", and where it does not exist by ${journal('kubelet')}`;
}
