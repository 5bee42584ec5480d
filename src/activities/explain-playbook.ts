import type { PlaybookFailure, PlaybookProgress } from '../cluster/playbook-events.js';
import { CommandFailedError, NoRoomError } from '../hosts/errors.js';
import type { Host } from '../hosts/host.js';

/** A playbook that failed, and what is known about it. */
interface Failure {
  readonly playbook: string;
  readonly progress: PlaybookProgress;
  /** The control host. */
  readonly host: Host;
  /** Path of the whole log there. */
  readonly log: string;
}

/**
 * Says host, play, task, what the module said, and what to do, in place of the end of a long log. Ansible itself, without
 * room, ends without a word of a task.
 */
export function explainPlaybook(error: CommandFailedError, failure: Failure): CommandFailedError {
  const { playbook, progress, host, log } = failure;
  const { failures } = progress;
  if (error instanceof NoRoomError && failures.length === 0) return error;
  const output = failures.length > 0 ? failures.map(sentence).join('\n') : error.context.output;
  return new CommandFailedError(
    headline(error, failure) + unanswered(progress),
    {
      ...error.context,
      command: `ansible-playbook -b -v ${playbook}`,
      ...(output !== undefined && { output: output.slice(-4096) }),
      advice: `${adviceFor(progress)} The whole log is ${log} on ${host.name}.`,
    },
    error.exitCode,
  );
}

/** The first failure in full, the other hosts by name; without one, the last error that Ansible wrote itself. */
function headline(error: CommandFailedError, { progress, playbook, host }: Failure): string {
  const [first, ...others] = progress.failures;
  if (first) {
    const also = others.length > 0 ? ` (also on ${others.map((failure) => failure.host).join(', ')})` : '';
    return `${playbook} ${sentence({ ...first, message: inOneLine(first) })}${also}`;
  }
  const lines = (error.context.output ?? '').split('\n');
  const last =
    lines.findLast((line) => /^(ERROR!|\[ERROR\]:)/.test(line)) ?? lines.findLast((line) => line !== '');
  return `${playbook} ended on ${host.name} with exit code ${error.exitCode}: ${last ?? 'no output'}`;
}

/** ssh puts its reason last, modules put theirs first. All of it is in the output. */
function inOneLine({ kind, message }: Pick<PlaybookFailure, 'kind' | 'message'>): string {
  const lines = message
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const text = kind === 'unreachable' ? (lines.at(-1) ?? '') : lines.join(' ');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function sentence({ kind, host, play, task, message, url, ignored }: PlaybookFailure): string {
  const what = kind === 'unreachable' ? `could not reach ${host}` : `failed on ${host}`;
  const from = url === undefined ? '' : ` (${url})`;
  return `${what} in play "${play}", task "${task}": ${message}${from}${shortlyBefore(ignored)}`;
}

function shortlyBefore(ignored: PlaybookFailure['ignored']): string {
  if (ignored === undefined) return '';
  const message = inOneLine({ kind: 'failed', message: ignored.message });
  return `; shortly before, and ignored, task "${ignored.task}": ${message}`;
}

function unanswered({ prompts }: PlaybookProgress): string {
  const asked = prompts.map((prompt) => `"${prompt.replace(/\s+/g, ' ')}"`).join(', ');
  return asked === '' ? '' : ` It had asked ${asked}, and nobody was there to answer.`;
}

function adviceFor({ failures, prompts }: PlaybookProgress): string {
  const [first] = failures;
  const then = 'then retry; the playbook does only what is left.';
  const url = first?.url ?? first?.ignored?.url;
  if (first && url !== undefined) {
    return (
      `See by "curl -I ${url}" on ${first.host} whether it gets there. Behind a proxy set http_proxy and ` +
      `https_proxy, for a mirror files_repo, in kubespray.variables; ${then}`
    );
  }
  if (prompts.length > 0) {
    return `Set the variable that answers the question in kubespray.variables, ${then}`;
  }
  if (first?.kind === 'unreachable') {
    return `See that ${first.host} is up and lets the control host in by SSH without a question, ${then}`;
  }
  // Ansible says this too when its connection breaks while it looks for an interpreter.
  if (first && /python\S*: (not found|No such file)/.test(first.message)) {
    return (
      `Preflight has seen Python on ${first.host}, so the connection may have broken: see that the host is up, and ` +
      `that ansible_python_interpreter, where it is set, names a program that is there; ${then}`
    );
  }
  if (first?.isHidden === true) {
    return (
      'The task hides what it says, because a secret may be in it. With unsafe_show_logs: true in ' +
      `kubespray.variables Kubespray shows it, in the log as well. Mend it, ${then}`
    );
  }
  return `Mend it and retry; the playbook does only what is left.`;
}
