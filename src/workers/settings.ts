import type { WorkerOptions } from '@temporalio/worker';

/**
 * A worker's settings, as they were measured on two cores.
 * @param shutdownGraceTime milliseconds that running activities get when the worker is asked to end
 */
export function workerSettings(shutdownGraceTime = 3_000) {
  return {
    // A single worker that is killed and started again goes on after 1 s instead of 10 s.
    stickyQueueScheduleToStartTimeout: '1s',
    // More than the open workflows of a big cluster: what is not cached is replayed from its beginning at each task.
    maxCachedWorkflows: 2000,
    // A hundred hosts begin at once. On a busy machine forty of their tasks at a time, the default, all ran into the
    // server's limit of 10 s for each and were done again; the rest waits better at the server.
    maxConcurrentWorkflowTaskExecutions: 8,
    // Every host has at most one step at a time, and hosts are worked on 100 at once.
    maxConcurrentActivityTaskExecutions: 200,
    // By default a beat is held back for 80 % of its timeout: one that is late by a little would then be too late.
    maxHeartbeatThrottleInterval: '300ms',
    // Jobs go on by themselves on their hosts, so activities are told to stop, and the next worker follows the jobs.
    shutdownGraceTime,
    shutdownForceTime: shutdownGraceTime + 10_000,
  } satisfies Partial<WorkerOptions>;
}
