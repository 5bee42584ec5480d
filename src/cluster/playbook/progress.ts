import type { Estimate } from './timetable.js';

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
  /** The machine that the task ran on for this host, where it was delegated to another one. */
  readonly delegate?: string;
  /** Of a download: where from, without user, password and query. */
  readonly url?: string;
  /** Of any other request, such as one by which Kubespray waits for a service: what was asked. */
  readonly endpoint?: string;
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
  readonly delegate?: string;
  readonly url?: string;
}

/** Where a playbook stands. */
export interface PlaybookProgress {
  readonly play: string | null;
  readonly task: string | null;
  /** How often the running task was tried on the host that has tried most often, such as "try 3 of 10 on node2". */
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

/** The sum over all hosts. */
export function totals(hosts: Readonly<Record<string, HostCounts>>): HostCounts {
  const sum = noCounts();
  for (const counts of Object.values(hosts)) {
    for (const key of Object.keys(sum) as (keyof HostCounts)[]) sum[key] += counts[key];
  }
  return sum;
}

/** Of a host of which nothing has been heard. */
export function noCounts(): HostCounts {
  return { ok: 0, changed: 0, failures: 0, unreachable: 0, skipped: 0 };
}
