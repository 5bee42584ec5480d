import { chooseRelease } from '../cluster/choose-release.js';
import { isStopper } from '../cluster/findings.js';
import { ephemeralStorageOf } from '../cluster/members.js';
import { planCluster } from '../cluster/plan-cluster.js';
import { planStorage } from '../cluster/plan-storage.js';
import type { ClusterPlan } from '../cluster/plan.js';
import { preflight, withOverride } from '../cluster/preflight.js';
import { renderPlan } from '../cluster/render-plan.js';
import type { Specification } from '../cluster/specification.js';
import { createHostPool } from '../hosts/host-pool.js';
import { slipwayHome } from '../hosts/state-folder.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { jsonText } from './json-text.js';
import { loadSpecification } from './load-specification.js';
import { lookAtHosts, type Look } from './look-at-hosts.js';
import type { Terminal } from './terminal.js';

export interface PlanOptions {
  readonly file: string;
  readonly json?: boolean | undefined;
}

/**
 * `slipway plan`: looks at every host and shows the plan that `up` would ask to approve. Changes nothing on any host
 * (for a moment the hosts listen on ports that the cluster will need), and needs no Temporal.
 * Machines that cannot be read are named first, and nothing is concluded from them.
 * @throws CommandError
 */
export async function plan({ file, json }: PlanOptions, terminal: Terminal): Promise<ExitCode> {
  const specification = await loadSpecification(file);
  const pool = createHostPool({ stateFolder: slipwayHome() });
  try {
    const look = await lookAtHosts(specification, pool);
    const made = planFrom(specification, look);
    terminal.write(json === true ? `${jsonText(made, 2)}\n` : `${renderPlan(made)}\n`);
    return look.unread.length === 0 && !isRefused(made) ? exitCodes.ok : exitCodes.failed;
  } finally {
    await pool.closeAll();
  }
}

function planFrom(specification: Specification, look: Look): ClusterPlan {
  const { facts, controlHost, findings, reachability, unread } = look;
  const storage = Object.fromEntries(
    specification.hosts.flatMap((host) => {
      const found = facts[host.name];
      if (found === undefined) return [];
      const wanted = ephemeralStorageOf(specification, host);
      return [[host.name, planStorage({ facts: found, host: host.name, storage: wanted })] as const];
    }),
  );
  const release = chooseRelease({ specification, facts, controlHost, isPartial: unread.length > 0 });
  return planCluster({
    specification,
    release,
    facts,
    storage,
    unread,
    findings: [
      ...findings.map((finding) => withOverride(finding, specification.overrides)),
      ...preflight({
        specification,
        facts,
        release: release.name,
        controlHost,
        reachability,
        storage,
      }),
    ],
  });
}

function isRefused({ storage, findings }: ClusterPlan): boolean {
  return findings.some(isStopper) || Object.values(storage).some(({ kind }) => kind === 'refused');
}
