import { groupBy } from '../../cluster/values/group-by.js';
import type { PlaybookFailure, PlaybookProgress } from '../../cluster/playbook/progress.js';
import { CommandFailedError, NoRoomError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { advisePlaybook, machineOf } from './advise-playbook.js';

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
  if (error instanceof NoRoomError && (progress.failures.length === 0 || !progress.ended)) return error;
  const output = outputOf(error, failure);
  const { exitCode } = error;
  return new CommandFailedError(
    headline(error, failure) + unanswered(progress),
    {
      ...error.context,
      command: `ansible-playbook -b -v ${playbook}`,
      ...(output !== undefined && { output: output.slice(-4096) }),
      advice: `${advisePlaybook({ progress, control: host.name, exitCode })} The whole log is ${log} on ${host.name}.`,
    },
    exitCode,
  );
}

/** Without a recap what failed before may have been taken care of, so it comes after what Ansible said last. */
function outputOf(error: CommandFailedError, { progress, host }: Failure): string | undefined {
  const { failures, ended } = progress;
  const { output } = error.context;
  if (failures.length === 0) return output;
  if (ended) return failures.map((failure) => sentence(failure, host.name)).join('\n');
  const earlier = failures
    .slice(-3)
    .map((each) => sentence({ ...each, message: inOneLine(each) }, host.name));
  return `${output ?? ''}\nBefore that, and perhaps taken care of by the playbook itself:\n${earlier.join('\n')}`;
}

/**
 * The first failure in full, the other hosts by name; without one, or without a recap, which tells which of them were
 * rescued, the last error that Ansible wrote itself.
 */
function headline(error: CommandFailedError, { progress, playbook, host }: Failure): string {
  const [first, ...others] = progress.failures;
  if (first && progress.ended) {
    return `${playbook} ${sentence({ ...first, message: inOneLine(first) }, host.name)}${also(others, host.name)}`;
  }
  const lines = (error.context.output ?? '').split('\n');
  const last =
    lines.findLast((line) => /^(ERROR!|\[ERROR\]:)/.test(line)) ?? lines.findLast((line) => line !== '');
  return `${playbook} ended on ${host.name} with exit code ${error.exitCode}: ${last ?? 'no output'}`;
}

/** " (also on node2, node3; on node1 for node4, node5)" */
function also(failures: readonly PlaybookFailure[], control: string): string {
  const namesOf = (some: readonly PlaybookFailure[]) => some.map(({ host }) => host).join(', ');
  const own = failures.filter(({ delegate }) => delegate === undefined);
  const delegated = failures.filter(({ delegate }) => delegate !== undefined);
  const places = [
    ...(own.length > 0 ? [`on ${namesOf(own)}`] : []),
    ...groupBy(delegated, (failure) => machineOf(failure, control)).map(
      (group) => `on ${machineOf(group[0], control)} for ${namesOf(group)}`,
    ),
  ];
  return places.length > 0 ? ` (also ${places.join('; ')})` : '';
}

/** What ssh says of a connection after its reason, of the program by which it connects, and of its own work. */
const sshAfterwards =
  /^(mm_receive_fd: |proxy dialer did not pass back|ControlSocket .* disabling multiplexing|debug[123]: |OpenSSH_)/;

/** Ansible puts the first line of what ssh said behind its own sentence, whatever that is. */
const sshQuoted = /Make sure this host can be reached over ssh: *(?:debug[123]: |OpenSSH_).*$/;

/**
 * ssh puts its reason last, but for a session that was refused and then a connection that was; modules put theirs first.
 * All of it is in the output.
 */
function inOneLine({ kind, message }: Pick<PlaybookFailure, 'kind' | 'message'>): string {
  const lines = message
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const text = kind === 'unreachable' ? sshReason(lines) : lines.join(' ');
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

function sshReason(lines: readonly string[]): string {
  const reasons = lines
    .filter((line) => !sshAfterwards.test(line))
    .map((line) => line.replace(sshQuoted, '').trim());
  const last = reasons.at(-1) ?? lines.at(-1) ?? '';
  const refused = reasons.slice(0, -1).findLast((line) => /refused by peer$/.test(line));
  return refused === undefined ? last : `${refused}; ${last}`;
}

function sentence(failure: PlaybookFailure, control: string): string {
  const { kind, host, delegate, play, task, message, ignored } = failure;
  const machine = machineOf(failure, control);
  const where = delegate === undefined ? machine : `${machine}, for ${host},`;
  const what = kind === 'unreachable' ? `could not reach ${where}` : `failed on ${where}`;
  const address = failure.url ?? failure.endpoint;
  const from = address === undefined ? '' : ` (${address})`;
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
