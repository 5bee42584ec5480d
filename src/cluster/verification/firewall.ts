import { type CheckResult, judge } from '../checks/checks.js';

/** What was found of step 10's rules. */
export interface FirewallSeen {
  /** The table is loaded. */
  readonly loaded: boolean;
  /** It looks as it did when it was proven. */
  readonly asProven: boolean;
  /** Its unit is enabled and started, and the rules are on disk. */
  readonly kept: boolean;
}

export function judgeFirewall(host: string, { loaded, asProven, kept }: FirewallSeen): CheckResult[] {
  const table = !loaded ? 'not loaded' : asProven ? 'loaded' : 'loaded, but changed by somebody';
  return [
    judge({
      check: 'firewall-rules',
      host,
      passed: loaded && asProven && kept,
      is: `${table}; ${kept ? 'kept' : 'not kept'} for the next boot`,
      shouldBe: 'loaded; kept for the next boot',
      advice: `Run "slipway up" again; it puts the table inet slipway on ${host} back.`,
    }),
  ];
}
