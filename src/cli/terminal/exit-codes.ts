/** What `slipway` tells scripts; listed in `slipway --help` too. */
export const exitCodes = {
  ok: 0,
  /** The cluster is not ready, or something failed. */
  failed: 1,
  /** Arguments or cluster.yaml are wrong; nothing was started. */
  invalidInput: 2,
  /** Somebody denied a plan or aborted the work, or an answer was refused. */
  denied: 3,
  /** Temporal cannot be reached or started. */
  unreachable: 4,
  /** Ctrl-C; the work can be resumed. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp = `
Exit codes:
  0    done; of up and verify: the cluster is ready
  1    the cluster is not ready, or something failed
  2    the arguments or cluster.yaml are wrong; nothing was started
  3    a plan was denied, the work was aborted, or an answer was refused
  4    Temporal cannot be reached or started
  130  interrupted; the same command goes on where it was`;
