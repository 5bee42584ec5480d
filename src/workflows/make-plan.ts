import { chooseRelease } from '../cluster/choose-release.js';
import type { HostFacts } from '../cluster/facts.js';
import { isStopper, type Finding } from '../cluster/findings.js';
import { ephemeralStorageOf, isOfControlPlane } from '../cluster/members.js';
import type { ClusterPlan } from '../cluster/plan.js';
import { planCluster } from '../cluster/plan-cluster.js';
import { planStorage } from '../cluster/plan-storage.js';
import { preflight } from '../cluster/preflight.js';
import type { Reachability } from '../cluster/reachability.js';
import { roomPathsOf } from '../cluster/room-folders.js';
import type { HostSpecification } from '../cluster/specification.js';
import type { StoragePlan } from '../cluster/storage-plan.js';
import { forEachBounded } from './bounded.js';
import { checkReachability } from './check-reachability.js';
import type { ClusterRun } from './cluster-run.js';
import { aborted } from './outcomes.js';
import { controlHostTarget, targetOf } from './targets.js';
import { together } from './together.js';

/** Where facts of a host are read that has no step 7 of its own to do. */
export const documentsMountPoint = '/data';

/**
 * Looks at every machine and makes the plan. Workers that the plan refuses drop out, and the others go on; a control
 * plane that it refuses has to be mended first, or the whole procedure aborted.
 */
export async function makePlan(run: ClusterRun): Promise<ClusterPlan> {
  let look = run.activeHosts();
  for (;;) {
    const hosts = look;
    const [controlHost] = await together(
      () =>
        run.controlHost.need('gatherFacts', {
          host: controlHostTarget(run.specification),
          mountPoint: documentsMountPoint,
          controlHostOf: run.specification.name,
        }),
      () => gatherFacts(run, hosts),
    );
    const reachability = await checkReachability(run);
    run.outdatedFirewalls = new Set(reachability?.outdated?.map(({ host }) => host));
    const plan = planFromFacts(run, { controlHost, reachability });
    run.plan = plan;
    run.board.setPlan(plan);
    run.board.setRelease(plan.release.name);
    const refused = refusedHosts(run, plan);
    const needed = refused.filter(({ host }) => isOfControlPlane(host));
    const wholeCluster = plan.findings.filter((finding) => finding.host === null && isStopper(finding));
    if (needed.length === 0 && wholeCluster.length === 0) {
      for (const { host, why } of refused) {
        run.board.beginStep(host.name, 'plan', why);
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

/** Reads the facts of every host; who cannot be looked at waits for a decision. */
export async function gatherFacts(run: ClusterRun, hosts: readonly HostSpecification[]): Promise<void> {
  await forEachBounded(hosts, (host) =>
    run.forHost(host, async (station) => {
      const storage = ephemeralStorageOf(run.specification, host);
      const facts = await station.need('gatherFacts', {
        host: targetOf(run.specification, host),
        mountPoint: storage === false ? documentsMountPoint : storage.mountPoint,
        roomFor: roomPathsOf(run.specification),
      });
      run.facts.set(host.name, facts);
    }),
  );
}

interface Seen {
  readonly controlHost: HostFacts;
  readonly reachability: Reachability | undefined;
}

function planFromFacts(run: ClusterRun, { controlHost, reachability }: Seen): ClusterPlan {
  const specification = run.activeSpecification();
  const facts = Object.fromEntries(
    specification.hosts.flatMap(({ name }) => {
      const known = run.facts.get(name);
      return known ? [[name, known] as const] : [];
    }),
  );
  const storage: Record<string, StoragePlan> = {};
  for (const host of specification.hosts) {
    const known = facts[host.name];
    if (!known) continue;
    const wanted = ephemeralStorageOf(specification, host);
    storage[host.name] = planStorage({ facts: known, host: host.name, storage: wanted });
  }
  const release = chooseRelease({ specification, facts, controlHost });
  const findings = preflight({
    specification,
    facts,
    release: release.name,
    controlHost,
    reachability,
    storage,
  });
  return planCluster({ specification, release, facts, storage, findings });
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
    .map(({ check, is, shouldBe, mend }) => `${check}: is ${is}, should be ${shouldBe}. ${mend}`)
    .join(' ');
}

async function waitForMending(run: ClusterRun, station: string, message: string): Promise<void> {
  run.board.setHostState(station, 'failed');
  const { verb, by } = await run.desk.askDecision({
    host: station,
    step: 'plan',
    message,
    advice: 'Mend it and retry, which looks at the hosts again; or abort.',
    choices: ['retry', 'abort'],
  });
  if (verb === 'abort') throw aborted(`${station}: ${message} ${by} aborted.`);
  run.board.setHostState(station, 'working');
}
