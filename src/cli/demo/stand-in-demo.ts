import { join } from 'node:path';
import { materialiseStandIn } from '../../lab/stand-in.js';
import { findTemporalCli } from '../../temporal/find-cli.js';
import type { Stage } from './countdown.js';
import type { DemoPlace } from './demo-place.js';
import { startDemoMachines } from './machines.js';
import { demoSpecification } from './specification.js';

/** On two cores that nobody else uses. */
export const standInStages = (isCold: boolean): Stage[] => [
  { name: 'machines', seconds: isCold ? 240 : 45 },
  { name: 'planning', seconds: 20 },
  { name: 'preparing', seconds: 110 },
  { name: 'kubespray', seconds: 40 },
  { name: 'finishing', seconds: 15 },
  { name: 'verifying', seconds: 15 },
];

/** Machines, Temporal's command and the stand-in. @returns the text of cluster.yaml */
export async function setUpStandInDemo({ folder, lab, say }: DemoPlace): Promise<string> {
  const [machines, repository] = await Promise.all([
    startDemoMachines(lab, say),
    materialiseStandIn({ folder: join(folder, 'kubespray-stand-in') }),
    findTemporalCli({ onProgress: say }),
  ]);
  return demoSpecification(machines, repository);
}
