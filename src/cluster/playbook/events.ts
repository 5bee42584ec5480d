import { RunClock } from './clock.js';
import type { Timetable } from './timetable.js';
import { parseEvent, type NewsEvent } from './event.js';
import {
  noCounts,
  type HostCounts,
  type IgnoredFailure,
  type PlaybookFailure,
  type PlaybookProgress,
} from './progress.js';

type ResultEvent = Extract<NewsEvent, { event: 'result' }>;

interface State extends PlaybookProgress {
  /** Tasks that were begun. */
  begun: number;
  /** The last one of each host. */
  ignored: Map<string, { readonly failure: IgnoredFailure; readonly begun: number }>;
  /** By host, of the running task. */
  tries: Map<string, { readonly attempt: number; readonly attempts: number | undefined }>;
  play: string | null;
  task: string | null;
  retry: string | null;
  done: number;
  hosts: Record<string, HostCounts>;
  failures: PlaybookFailure[];
  prompts: string[];
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
  constructor(private readonly earlier?: Timetable) {
    this.#clock = new RunClock(earlier);
  }

  /** Where the playbook stands after everything pushed so far. */
  get progress(): PlaybookProgress {
    return this.progressAfter(0);
  }

  /** The same when nothing was pushed for some time. @param quiet seconds */
  progressAfter(quiet: number): PlaybookProgress {
    return { ...this.#state, estimate: this.#clock.estimateAfter(quiet) };
  }

  /** The way that the run has taken so far, for those that come later. */
  get timetable(): Timetable {
    return this.#clock.timetable;
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
      }
    }
  }
}

function beginning(): State {
  return {
    begun: 0,
    ignored: new Map(),
    tries: new Map(),
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

function apply(state: State, event: NewsEvent): void {
  switch (event.event) {
    case 'play':
      Object.assign(state, { play: event.play, task: null, retry: null, done: 0, tries: new Map() });
      break;
    case 'task':
      Object.assign(state, { task: event.task, retry: null, done: 0, tries: new Map() });
      state.begun += 1;
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

function applyResult(state: State, event: ResultEvent): void {
  const { host, status, task, message = 'no message' } = event;
  applyTry(state, event);
  if (status === 'retry') return;
  const counts = (state.hosts[host] ??= noCounts());
  state.done += 1;
  if (status === 'ok' || status === 'ignored') counts.ok += 1;
  if (status === 'skipped') counts.skipped += 1;
  if (status === 'changed') {
    counts.ok += 1;
    counts.changed += 1;
  }
  const where = present({ delegate: event.delegate, url: event.url });
  if (status === 'ignored')
    state.ignored.set(host, { failure: { task, message, ...where }, begun: state.begun });
  if (status !== 'failed' && status !== 'unreachable') return;
  counts[status === 'failed' ? 'failures' : 'unreachable'] += 1;
  state.failures.push({
    host,
    kind: status,
    play: state.play ?? '',
    task,
    message,
    ...(event.hidden === true && { isHidden: true }),
    ...where,
    ...present({ endpoint: event.endpoint }),
    ...ignoredBefore(state, host),
  });
}

function applyTry(state: State, { host, status, attempt, attempts }: ResultEvent): void {
  if (status === 'retry') state.tries.set(host, { attempt: attempt ?? 1, attempts: attempts ?? undefined });
  else state.tries.delete(host);
  const [most] = [...state.tries].sort(([, one], [, other]) => other.attempt - one.attempt);
  state.retry = most ? `try ${most[1].attempt} of ${most[1].attempts ?? '?'} on ${most[0]}` : null;
}

function present<Key extends string>(texts: Readonly<Record<Key, string | undefined>>) {
  const known = Object.entries(texts).filter(([, text]) => text !== undefined);
  return Object.fromEntries(known) as Partial<Record<Key, string>>;
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
