import type { LabMachine } from '../../../src/lab/index.js';
import { onMachine } from '../../support/lab-host.js';

/** "<name> <status of its condition Ready>" of each node, as the API server has it. */
export async function nodesOf(control: LabMachine): Promise<string[]> {
  const path =
    '{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
  const told = await onMachine(control, `kubectl get nodes -o jsonpath='${path}'`);
  return told.trim().split('\n').sort();
}
