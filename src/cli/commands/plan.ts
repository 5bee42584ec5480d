import { isStopper } from '../../cluster/checks/findings.js';
import { planFromFacts } from '../../cluster/plan/plan-from-facts.js';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import { renderPlan } from '../../cluster/plan/render-plan.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { jsonText } from '../terminal/json-text.js';
import { loadSpecification } from '../running/load-specification.js';
import { lookAtCluster } from '../running/look-at-cluster.js';
import type { Terminal } from '../terminal/terminal.js';
import type { SpecificationOptions } from './dispatch.js';

/**
 * `slipway plan`: looks at every host and shows the plan that `up` would ask to approve. Changes nothing on any host
 * (for a moment the hosts listen on ports that the cluster will need), and needs no Temporal. Asks first where a
 * password would go to hosts whose keys nobody has confirmed.
 * Machines that cannot be read are named first, and nothing is concluded from them.
 * @throws CommandError
 */
export async function plan({ file, json }: SpecificationOptions, terminal: Terminal): Promise<ExitCode> {
  const specification = await loadSpecification(file);
  const look = await lookAtCluster(specification, terminal);
  const made = planFromFacts(specification, look);
  terminal.write(json === true ? `${jsonText(made, 2)}\n` : `${renderPlan(made)}\n`);
  return look.unread.length === 0 && !isRefused(made) ? exitCodes.ok : exitCodes.failed;
}

function isRefused({ storage, findings }: ClusterPlan): boolean {
  return findings.some(isStopper) || Object.values(storage).some(({ kind }) => kind === 'refused');
}
