import { isServiceActive } from '../../cluster/facts/facts.js';
import { isStopper } from '../../cluster/checks/findings.js';
import { reachabilityFindings } from '../../cluster/preflight/network/reachability.js';
import { withOverrides } from '../../cluster/checks/overrides.js';
import type { Reachability } from '../../cluster/network/reachability.js';
import type { HostSpecification } from '../../cluster/specification/specification.js';
import type { ClusterRun } from '../running/cluster-run.js';
import { aborted } from '../running/outcomes.js';
import { hostAddressOf, workerAddress } from '../../protocol/host-addresses.js';
import { decisionVerbs } from '../../protocol/progress.js';

const step = 'checkReachability';

/**
 * Tries all of them anew: what was mended at one host is seen from the others. Where each is a node already, they have
 * reached each other, and the verification tells what has become of it.
 */
export async function checkReachability(run: ClusterRun): Promise<Reachability | undefined> {
  const specification = run.activeSpecification();
  const isNode = ({ name }: HostSpecification) =>
    isServiceActive(run.facts.get(name)?.units ?? [], 'kubelet');
  if (specification.hosts.length < 2 || specification.hosts.every(isNode)) return undefined;
  const found = await run.controlHost.run(step, {
    host: workerAddress(specification),
    hosts: specification.hosts.map((host) => hostAddressOf(specification, host)),
    specification,
  });
  return found ?? undefined;
}

/**
 * Once the firewalls of an earlier run let everybody in, it shows what they have hidden until now: another firewall that
 * keeps out the hosts that are new. Kubespray would wait for such a host in vain, and fail on all of them.
 * @throws ApplicationFailure of type Aborted when a person said so
 */
export async function confirmReachability(run: ClusterRun): Promise<void> {
  if (run.outdatedFirewalls.size === 0) return;
  for (;;) {
    const specification = run.activeSpecification();
    const found = (await checkReachability(run)) ?? { blocked: [], narrow: [] };
    const findings = reachabilityFindings(found, specification);
    const obstacles = withOverrides(findings, specification.overrides).filter(isStopper);
    if (obstacles.length === 0) return;
    const message = obstacles
      .map(({ host, is, advice: mend }) => `${host ?? specification.name}: is ${is}. ${mend}`)
      .join(' ');
    const { verb, by } = await run.questions.askDecision({
      host: run.controlHost.name,
      step,
      message,
      advice: 'Mend it and retry, which tries it again; skip runs Kubespray all the same; or abort.',
      choices: decisionVerbs,
    });
    if (verb === 'abort') throw aborted(`Kubespray was not run, as ${by} decided. ${message}`);
    if (verb === 'skip') return;
  }
}
