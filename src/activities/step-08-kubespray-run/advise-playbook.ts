import type { PlaybookFailure, PlaybookProgress } from '../../cluster/playbook/progress.js';
import { awaitedService } from '../../cluster/playbook/services.js';

const then = 'then retry; the playbook does only what is left.';

/** A run that failed. */
interface FailedRun {
  readonly progress: PlaybookProgress;
  /** Name of the control host. */
  readonly control: string;
  readonly exitCode: number;
}

/** What a person is to look at, or to do, before the next try. */
export function advisePlaybook({ progress, control, exitCode }: FailedRun): string {
  const { failures, prompts, ended } = progress;
  const [first] = failures;
  // Without a recap nobody knows which of the failures the playbook has taken care of.
  if (!ended && first) return afterNoRecap(exitCode, control);
  const download = first && adviseDownload(first, control);
  if (download) return download;
  if (prompts.length > 0) return `Set the variable that answers the question in kubespray.variables, ${then}`;
  if (!first) return afterNoRecap(exitCode, control);
  return adviseFailure(first, machineOf(first, control));
}

/** The machine that a task ran on: not the host that it was for, where it was delegated. */
export function machineOf(
  { host, delegate }: Pick<PlaybookFailure, 'host' | 'delegate'>,
  control: string,
): string {
  if (delegate === undefined) return host;
  return delegate === 'localhost' ? control : delegate;
}

function adviseDownload(failure: PlaybookFailure, control: string): string | undefined {
  const { host, ignored } = failure;
  const asked = failure.url === undefined ? { ...ignored, host } : failure;
  if (asked.url === undefined) return undefined;
  if (/checksum\b.* did not match/i.test(asked.message ?? '')) {
    return (
      `${asked.url} is another file than its checksum is for, which the message names beside its own. Put the release’s file ` +
      `there; of one of your own set the checksum and the version in kubespray.variables; ${then}`
    );
  }
  return (
    `See by "curl -I ${asked.url}" on ${machineOf(asked, control)} whether it gets there. Behind a proxy set http_proxy ` +
    `and https_proxy, for a mirror files_repo, in kubespray.variables; ${then}`
  );
}

function adviseFailure(
  { kind, message, isHidden, endpoint, task }: PlaybookFailure,
  machine: string,
): string {
  if (kind === 'unreachable') {
    return `See that ${machine} is up and lets the control host in by SSH without a question, ${then}`;
  }
  if (endpoint !== undefined) return adviseEndpoint({ endpoint, task, machine });
  // Ansible says this too when its connection breaks while it looks for an interpreter.
  if (/python\S*: (not found|No such file)/.test(message)) {
    return (
      `Preflight has seen Python on ${machine}, so the connection may have broken: see that the host is up, and ` +
      `that ansible_python_interpreter, where it is set, names a program that is there; ${then}`
    );
  }
  const image = pulledImage(message);
  if (image !== undefined) return adviseImage(image, machine);
  if (isHidden === true) {
    return (
      'The task hides what it says, because a secret may be in it. With unsafe_show_logs: true in ' +
      `kubespray.variables Kubespray shows it, in the log as well. Mend it, ${then}`
    );
  }
  return mend;
}

const mend = 'Mend it and retry; the playbook does only what is left.';

/** The image that containerd could not pull, by what it says through ctr, crictl or nerdctl; undefined: it is about none. */
function pulledImage(message: string): string | undefined {
  const [, image] =
    /failed to (?:pull|resolve)[a-z ]*(?:image|reference) \\*"?([^\s"\\]+)/i.exec(message) ?? [];
  return image;
}

/** By which variable Kubespray is told of another registry with the images of one. */
const registryVariables: Readonly<Record<string, string>> = {
  'docker.io': 'docker_image_repo',
  'ghcr.io': 'github_image_repo',
  'quay.io': 'quay_image_repo',
  'registry.k8s.io': 'kube_image_repo',
};

function adviseImage(image: string, machine: string): string {
  const [registry = ''] = image.split('/');
  const repository = registryVariables[registry];
  const other = repository === undefined ? '' : `, or ${repository} where it has other names`;
  return (
    `See on ${machine} by "crictl pull ${image}" what ${registry} answers. Behind a proxy set http_proxy and https_proxy, for a ` +
    `mirror containerd_registries_mirrors${other}, in kubespray.variables; ${then}`
  );
}

function adviseEndpoint({
  endpoint,
  task,
  machine,
}: {
  endpoint: string;
  task: string;
  machine: string;
}): string {
  const service = awaitedService({ endpoint, task });
  if (service === undefined) {
    return `What listens at ${endpoint} does not answer ${machine} as it should: look at that service and its journal, ${then}`;
  }
  return (
    `${service.name}, which ${machine} asked at ${endpoint}, does not answer as it should: see why, where it runs, ` +
    `by ${service.look}; ${then}`
  );
}

/** A shell gives 128 and the signal's number as the exit code of what a signal has ended. */
function afterNoRecap(exitCode: number, control: string): string {
  if (exitCode <= 128) return mend;
  return (
    `Something ended Ansible by signal ${exitCode - 128} before it was done. See by "journalctl -k" on ${control} whether ` +
    `memory ran out; ${then}`
  );
}
