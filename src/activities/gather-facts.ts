import { randomUUID } from 'node:crypto';
import type { HostFacts } from '../cluster/facts.js';
import { clusterFolders } from '../cluster/folders.js';
import { parseFacts } from '../cluster/parse-facts.js';
import { dataDirectories } from '../cluster/plan-storage.js';
import type { Host } from '../hosts/host.js';
import type { Activities, FactsInput } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { factsScript } from './facts-script.js';
import { step, withHost } from './step.js';
import { understood } from './understood.js';

/** Milliseconds; adding up the sizes of a big containerd directory takes its time. */
const longest = 600_000;

/** Reads from a host all that plans and checks need, in one round trip, changing nothing (step 3: gather facts). */
export function gatherFacts(dependencies: Pick<Dependencies, 'hosts'>): Activities['gatherFacts'] {
  return step(({ host, mountPoint, controlHostOf }) =>
    withHost(dependencies, host, (open) => readFacts(open, mountPoint, { controlHostOf })),
  );
}

/**
 * The same for steps that look at the host again.
 * @throws NotUnderstoodError when the host's answer is cut off or has another form
 */
export async function readFacts(
  host: Host,
  mountPoint: string,
  { controlHostOf }: Pick<FactsInput, 'controlHostOf'> = {},
): Promise<HostFacts> {
  const mark = `@@${randomUUID()}`;
  const script = factsScript({
    mark,
    mountPoint,
    stateFolder: host.stateFolder,
    dataDirectories: dataDirectories.map(({ from }) => from),
    checkout: controlHostOf === undefined ? null : clusterFolders(host.stateFolder, controlHostOf).kubespray,
  });
  const { stdout } = await host.run(script, { timeout: longest, what: 'gather facts' });
  return understood(host, 'The facts', () => parseFacts(stdout, mark));
}
