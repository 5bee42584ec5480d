import type { ActivityOptions } from '@temporalio/common';
import type { Pace } from '../../protocol/steps.js';

/**
 * How long a worker may be silent before its steps are given to another one; a step beats four times in that time
 * (src/activities/running/step.ts). With 1.6 s the next worker goes on about 1.6 s after a death. Every beat is a write of the
 * server's, so many hosts, worked on at once, beat more seldom.
 */
export function heartbeatTimeoutFor(hostCount: number): '1600ms' | '10s' {
  return hostCount <= 20 ? '1600ms' : '10s';
}

/**
 * From 0.1 s doubling up to 10 s. The number of attempts bounds the patience, not a clock, so that hours without any
 * worker are not held against a step: 70 attempts are at least 10 minutes, time enough for a switch or a router to be
 * restarted. Every attempt that a worker's shutdown uses up counts too.
 */
const patientRetry = {
  initialInterval: '100ms',
  backoffCoefficient: 2,
  maximumInterval: '10s',
  maximumAttempts: 70,
} as const;

/** Activity options by pace; the heartbeat timeout comes with {@link heartbeatTimeoutFor}. */
export const paces: Readonly<Record<Pace, ActivityOptions>> = {
  /** First contact with a machine: a wrong address or password shall be said within a minute or two. */
  contact: {
    startToCloseTimeout: '2m',
    retry: { ...patientRetry, maximumAttempts: 10, nonRetryableErrorTypes: ['AuthenticationFailedError'] },
  },
  /**
   * Stops a job of a cancelled step, for at least five minutes: what goes on after a cancellation is in the next `up`'s
   * way, and most hosts come back.
   */
  stop: {
    startToCloseTimeout: '2m',
    retry: { ...patientRetry, maximumAttempts: 40, nonRetryableErrorTypes: ['AuthenticationFailedError'] },
  },
  short: { startToCloseTimeout: '5m', retry: patientRetry },
  /** Waits for what may settle in the cluster (src/activities/running/look-until-settled.ts). */
  patient: { startToCloseTimeout: '30m', retry: patientRetry },
  job: { startToCloseTimeout: '12h', retry: patientRetry },
  playbook: { startToCloseTimeout: '24h', retry: patientRetry },
  /** A server's firmware may take a quarter of an hour before the kernel is started. */
  reboot: { startToCloseTimeout: '1h', retry: patientRetry },
};
