import { isStopper, type Finding } from '../../cluster/checks/findings.js';
import {
  documentsMountPoint,
  factsMountPoint,
  isOfControlPlane,
} from '../../cluster/specification/members.js';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import { planFromFacts, type Seen } from '../../cluster/plan/plan-from-facts.js';
import { roomPathsOf } from '../../cluster/preflight/room-folders.js';
import type { HostSpecification } from '../../cluster/specification/specification.js';
import { forEachBounded } from '../../cluster/values/for-each-bounded.js';
import { confirmMirror } from './confirm-mirror.js';
import { checkReachability } from './check-reachability.js';
import type { ClusterRun } from '../running/cluster-run.js';
import { aborted } from '../running/outcomes.js';
import { controlHostAddress, hostAddressOf } from '../../protocol/host-addresses.js';
import { runBoth } from '../running/run-both.js';

/**
 * Looks at every machine and makes the plan. Workers that the plan refuses drop out, and the others go on; a control
 * plane that it refuses has to be mended first, or the whole procedure aborted.
 */
export async function planCluster(run: ClusterRun): Promise<ClusterPlan> {
  let look = run.activeHosts();
  for (;;) {
    const hosts = look;
    const [controlHost] = await runBoth(
      () =>
        run.controlHost.need('gatherFacts', {
          host: controlHostAddress(run.specification),
          mountPoint: documentsMountPoint,
          controlHostOf: run.specification.name,
        }),
      () => gatherFacts(run, hosts),
    );
    const reachability = await checkReachability(run);
    run.outdatedFirewalls = new Set(reachability?.outdated?.map(({ host }) => host));
    const facts = Object.fromEntries(run.facts);
    const seen = { facts, controlHost, reachability };
    const plan = await planWithMirror(run, seen);
    run.plan = plan;
    run.progress.setPlan(plan);
    run.progress.setRelease(plan.release.name);
    const refused = refusedHosts(run, plan);
    const needed = refused.filter(({ host }) => isOfControlPlane(host));
    const wholeCluster = plan.findings.filter((finding) => finding.host === null && isStopper(finding));
    if (needed.length === 0 && wholeCluster.length === 0) {
      for (const { host, why } of refused) {
        run.progress.beginStep(host.name, 'plan', why);
        run.drop(host.name, { result: 'refused', why });
      }
      return plan;
    }
    await Promise.all([
      ...needed.map(({ host, why }) => waitForMending(run, host.name, why)),
      ...(wholeCluster.length > 0 ? [waitForMending(run, run.controlHost.name, whyOf(wholeCluster))] : []),
    ]);
    look = run.activeHosts();
  }
}

/** The plan, made once more where the mirror was asked for what the release that it chose downloads. */
async function planWithMirror(run: ClusterRun, seen: Seen): Promise<ClusterPlan> {
  const plan = planFromFacts(run.activeSpecification(), seen);
  const mirror = await confirmMirror(run, plan);
  return mirror === undefined ? plan : planFromFacts(run.activeSpecification(), { ...seen, mirror });
}

/** Reads the facts of every host; who cannot be looked at waits for a decision. */
export async function gatherFacts(run: ClusterRun, hosts: readonly HostSpecification[]): Promise<void> {
  await forEachBounded(hosts, (host) =>
    run.forHost(host, async (steps) => {
      const facts = await steps.need('gatherFacts', {
        host: hostAddressOf(run.specification, host),
        mountPoint: factsMountPoint(run.specification, host),
        roomFor: roomPathsOf(run.specification),
      });
      run.facts.set(host.name, facts);
    }),
  );
}

interface Refusal {
  readonly host: HostSpecification;
  readonly why: string;
}

function refusedHosts(run: ClusterRun, plan: ClusterPlan): Refusal[] {
  return run.activeHosts().flatMap((host) => {
    const storage = plan.storage[host.name];
    const findings = plan.findings.filter((finding) => finding.host === host.name && isStopper(finding));
    const why = [whyOf(findings), storage?.kind === 'refused' ? storage.why : ''].filter(Boolean).join(' ');
    return why === '' ? [] : [{ host, why }];
  });
}

function whyOf(findings: readonly Finding[]): string {
  return findings
    .map(({ check, is, shouldBe, advice: mend }) => `${check}: is ${is}, should be ${shouldBe}. ${mend}`)
    .join(' ');
}

async function waitForMending(run: ClusterRun, host: string, message: string): Promise<void> {
  run.progress.setHostState(host, 'failed');
  const { verb, by } = await run.questions.askDecision({
    host,
    step: 'plan',
    message,
    advice: 'Mend it and retry, which looks at the hosts again; or abort.',
    choices: ['retry', 'abort'],
  });
  if (verb === 'abort') throw aborted(`${host}: ${message} ${by} aborted.`);
  run.progress.setHostState(host, 'working');
}
