import { afterAll, beforeAll, expect, it } from 'vitest';
import { WorkflowLab, type LabRun } from '../../support/environment.js';
import { FakeMachines } from '../../fakes/fake-machines.js';
import { aCluster } from '../../support/specifications.js';
import { presentVersion, replaceHistories, type RecordedHistory } from './files.js';
import { printHistory, type History } from './history-json.js';
import { scenarios } from './scenarios.js';

/** Plays every scenario on a real Temporal server and writes down its histories: `npm run record:histories`. */

type Recorded = Omit<RecordedHistory, 'version'>;

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(async () => {
  await lab.stop();
});

it(`records the histories of version ${presentVersion}`, { timeout: 300_000 }, async () => {
  const names = Object.keys(scenarios);
  const recorded = await Promise.all(names.map((name, index) => record(name, `10.20.${index + 1}`)));
  // Only when all went as they should: half of the files from another day would be worse than none.
  replaceHistories(recorded.flat());
  expect(recorded.every((histories) => histories.length > 0)).toBe(true);
});

async function record(scenario: string, network: string): Promise<Recorded[]> {
  const machines = new FakeMachines();
  return lab.with(machines, async (run) => {
    await scenarios[scenario]?.({
      run,
      machines,
      cluster: (change) => aCluster(scenario, { network, ...change }),
    });
    return historiesOf(run, scenario);
  });
}

/** The histories of all workflows that a scenario has started, and of their children. */
async function historiesOf(run: LabRun, scenario: string): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const left = run.started.map(({ workflowId, firstExecutionRunId: runId }) => ({ workflowId, runId }));
  for (let next = left.shift(); next; next = left.shift()) {
    const history = await run.lab.client.workflow.getHandle(next.workflowId, next.runId).fetchHistory();
    left.push(...childrenOf(history));
    const workflow = nameOf(history);
    const before = recorded.filter((one) => one.workflow.replace(/-run-\d+$/, '') === workflow).length;
    recorded.push({
      scenario,
      workflow: before === 0 ? workflow : `${workflow}-run-${before + 1}`,
      json: printHistory(history),
    });
  }
  return recorded;
}

function childrenOf({ events }: History): { workflowId: string; runId: string }[] {
  return (events ?? []).flatMap(({ childWorkflowExecutionStartedEventAttributes: started }) => {
    const { workflowId, runId } = started?.workflowExecution ?? {};
    return workflowId && runId ? [{ workflowId, runId }] : [];
  });
}

/** "provisionCluster", "prepareHost-w1" */
function nameOf({ events }: History): string {
  const started = events?.[0]?.workflowExecutionStartedEventAttributes;
  const type = started?.workflowType?.name ?? '';
  const [payload] = started?.input?.payloads ?? [];
  const input = JSON.parse(Buffer.from(payload?.data ?? []).toString()) as {
    host?: { name: string } | string;
  };
  const { host } = input;
  return host === undefined ? type : `${type}-${typeof host === 'string' ? host : host.name}`;
}
