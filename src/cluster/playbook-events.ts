import { RunClock } from './playbook-clock.js';
import type { Estimate, PlaybookCourse } from './playbook-course.js';
import { parseEvent, type NewsEvent } from './playbook-event.js';

/** How often each thing happened on one host; `ok` counts what changed as well, as Ansible does. */
export interface HostCounts {
  ok: number;
  changed: number;
  failures: number;
  unreachable: number;
  skipped: number;
}

/** A task that failed on a host, or a host that could not be reached. */
export interface PlaybookFailure {
  readonly host: string;
  readonly kind: 'failed' | 'unreachable';
  readonly play: string;
  readonly task: string;
  /** What the module, or ssh, said. */
  readonly message: string;
  /** The task hides by `no_log` what its module said. */
  readonly isHidden?: boolean;
  /** Of a download: where from, without user, password and query. */
  readonly url?: string;
  /**
   * What failed on this host up to three tasks before, and was ignored. Up to v2.24 Kubespray asks mirrors so, and of a
   * file that none of them has it says no more than "IndexError: Cannot choose from an empty sequence".
   */
  readonly ignored?: IgnoredFailure;
}

/** A failure that the playbook itself passed over. */
export interface IgnoredFailure {
  readonly task: string;
  readonly message: string;
  readonly url?: string;
}

/** Where a playbook stands. */
export interface PlaybookProgress {
  readonly play: string | null;
  readonly task: string | null;
  /** How often the running task was tried on the host that is behind most, such as "try 3 of 10 on node2". */
  readonly retry: string | null;
  /** Hosts that the running task is done with. */
  readonly done: number;
  /** By inventory name. Ansible's own numbers once the playbook has ended. */
  readonly hosts: Readonly<Record<string, HostCounts>>;
  /** Failures that ended the work on a host; those that a `rescue` took care of are gone at the end. */
  readonly failures: readonly PlaybookFailure[];
  /** What the playbook asked for, the last ones; nobody answers, and Ansible goes on as if nothing had been typed. */
  readonly prompts: readonly string[];
  /** Null where nothing is known of the way that lies before it. */
  readonly estimate: Estimate | null;
  /** Ansible wrote its recap: the playbook came to its end, well or not. */
  readonly ended: boolean;
}

interface State extends PlaybookProgress {
  /** Tasks that were begun. */
  begun: number;
  /** The last one of each host. */
  ignored: Map<string, { readonly failure: IgnoredFailure; readonly begun: number }>;
  play: string | null;
  task: string | null;
  retry: string | null;
  done: number;
  hosts: Record<string, HostCounts>;
  failures: PlaybookFailure[];
  prompts: string[];
  estimate: Estimate | null;
  ended: boolean;
}

/** Characters; the plugin shortens messages to 2,000, and lists 4,000 tasks of a play at most. */
const longestLine = 1024 ** 2;
const promptsKept = 5;
/** Tasks after which an ignored failure has nothing to do with the next one any more. */
const ignoredFor = 3;

/**
 * Follows a file of events piece by piece; a piece may end in the middle of a line.
 * Lines that are not events are passed over: a file that is still being written is no reason to fail a playbook. So are
 * those that no event is as long as.
 */
export class PlaybookEventReader {
  #rest = '';
  #state = beginning();
  #clock: RunClock;

  /** @param earlier the way that an earlier run took; without it what Ansible lists beforehand is all that is known */
  constructor(private readonly earlier?: PlaybookCourse) {
    this.#clock = new RunClock(earlier);
  }

  /** Where the playbook stands after everything pushed so far. */
  get progress(): PlaybookProgress {
    return this.#state;
  }

  /** The way that the run has taken so far, for those that come later. */
  get course(): PlaybookCourse {
    return this.#clock.course;
  }

  push(piece: string): void {
    const lines = (this.#rest + piece).split('\n');
    const rest = lines.pop() ?? '';
    this.#rest = rest.length > longestLine ? '' : rest;
    for (const line of lines) {
      const event = parseEvent(line);
      if (event?.event === 'run') {
        this.#state = beginning();
        this.#clock = new RunClock(this.earlier);
      } else if (event) {
        apply(this.#state, event);
        this.#clock.take(event);
        this.#state.estimate = this.#clock.estimate;
      }
    }
  }
}

/** The sum over all hosts. */
export function totals(hosts: Readonly<Record<string, HostCounts>>): HostCounts {
  const sum = noCounts();
  for (const counts of Object.values(hosts)) {
    for (const key of Object.keys(sum) as (keyof HostCounts)[]) sum[key] += counts[key];
  }
  return sum;
}

function beginning(): State {
  return {
    begun: 0,
    ignored: new Map(),
    play: null,
    task: null,
    retry: null,
    done: 0,
    hosts: byHost(),
    failures: [],
    prompts: [],
    estimate: null,
    ended: false,
  };
}

/** The names come out of a file, so none of them, such as `__proto__`, may be one that every object has. */
function byHost(counts: Readonly<Record<string, HostCounts>> = {}): Record<string, HostCounts> {
  return Object.assign(Object.create(null) as Record<string, HostCounts>, counts);
}

function noCounts(): HostCounts {
  return { ok: 0, changed: 0, failures: 0, unreachable: 0, skipped: 0 };
}

function apply(state: State, event: NewsEvent): void {
  switch (event.event) {
    case 'play':
      Object.assign(state, { play: event.play, task: null, retry: null, done: 0 });
      break;
    case 'task':
      Object.assign(state, { task: event.task, retry: null, done: 0, begun: state.begun + 1 });
      break;
    case 'prompt':
      state.prompts = [...state.prompts, event.prompt].slice(-promptsKept);
      break;
    case 'planned':
    case 'no-hosts':
      break;
    case 'result':
      applyResult(state, event);
      break;
    case 'stats':
      state.hosts = byHost(event.hosts);
      state.failures = lastFailures(state);
      state.ended = true;
      break;
  }
}

function applyResult(state: State, event: Extract<NewsEvent, { event: 'result' }>): void {
  const { host, status, task, url, message = 'no message' } = event;
  if (status === 'retry') {
    state.retry = `try ${event.attempt ?? '?'} of ${event.attempts ?? '?'} on ${host}`;
    return;
  }
  const counts = (state.hosts[host] ??= noCounts());
  state.done += 1;
  if (status === 'ok' || status === 'ignored') counts.ok += 1;
  if (status === 'skipped') counts.skipped += 1;
  if (status === 'changed') {
    counts.ok += 1;
    counts.changed += 1;
  }
  const from = url === undefined ? {} : { url };
  if (status === 'ignored')
    state.ignored.set(host, { failure: { task, message, ...from }, begun: state.begun });
  if (status !== 'failed' && status !== 'unreachable') return;
  counts[status === 'failed' ? 'failures' : 'unreachable'] += 1;
  state.failures.push({
    ...{ host, kind: status, play: state.play ?? '', task, message },
    ...(event.hidden === true && { isHidden: true }),
    ...from,
    ...ignoredBefore(state, host),
  });
}

function ignoredBefore({ ignored, begun }: State, host: string): { ignored?: IgnoredFailure } {
  const last = ignored.get(host);
  if (last === undefined || begun - last.begun > ignoredFor) return {};
  return { ignored: last.failure };
}

/** The recap does not count what a `rescue` took care of, so of each host it counts the last failure is the one. */
function lastFailures({ hosts, failures }: State): PlaybookFailure[] {
  const last = new Map<string, PlaybookFailure>();
  for (const failure of failures) {
    const counts = hosts[failure.host];
    if ((counts?.failures ?? 0) + (counts?.unreachable ?? 0) > 0) last.set(failure.host, failure);
  }
  return [...last.values()];
}
