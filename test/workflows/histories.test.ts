import { DefaultLogger, Runtime, Worker, type ReplayResult } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../src/workers/bundle.js';
import { presentVersion, readHistories, type RecordedHistory } from './histories/files.js';
import { parseHistory, type History } from './histories/history-json.js';
import { scenarios } from './histories/scenarios.js';
import { textsOf, valuesOf } from './histories/texts.js';

/**
 * The workflows as they are now go through recorded histories: whoever runs a version that was released has such
 * histories on the server, and a worker of the present version has to be able to go on with them. What is recorded, and
 * how, is in test/workflows/histories.
 */

const recorded = readHistories().map((one) => ({ ...one, history: parseHistory(one.json) }));
const cases = recorded.map((one) => [`${one.version} ${one.scenario}: ${one.workflow}`, one] as const);
const outcomes = new Map<string, ReplayResult>();

const runOf = ({ events }: History) =>
  events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '';
const workflowIdOf = ({ events }: History) =>
  events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '';

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const workflowBundle = await bundleWorkflows();
  const histories = recorded.map(({ history }) => ({ workflowId: workflowIdOf(history), history }));
  for await (const outcome of Worker.runReplayHistories({ workflowBundle }, histories)) {
    outcomes.set(outcome.runId, outcome);
  }
}, 60_000);

describe('recorded histories', () => {
  it.each(cases)('%s can be replayed', (_, { history, ...one }) => {
    const outcome = outcomes.get(runOf(history));
    expect(outcome, 'It was not replayed at all.').toBeDefined();
    if (outcome?.error) throw new Error(whatToDo(one, outcome.error.message));
  });

  it.each(Object.keys(scenarios))('of the present version show %s', (scenario) => {
    const has = recorded.some((one) => one.version === presentVersion && one.scenario === scenario);
    expect(
      has,
      `There is no history of ${scenario} by version ${presentVersion}. Record it: npm run record:histories`,
    ).toBe(true);
  });
});

/** Folders of the imagined machines; of those in which room is looked for only the names. */
const theirFolders =
  /^\/(boot|tmp|var\/log)$|^\/(var\/lib\/(kubelet|containerd)|data|dev|etc|kubespray|venv|log)(\/|\b)/;

describe('recorded histories name nothing of the machine that recorded them:', () => {
  it.each(cases)('%s', (_, { json }) => {
    const history = JSON.parse(json) as unknown;
    const text = textsOf(history).join('\n');
    const paths = text.match(/(?<![\w/.~:])\/[\w.-]+(\/[\w.-]+)*/g) ?? [];
    expect(paths.filter((path) => !theirFolders.test(path))).toEqual([]);
    // As in 1234@hostname, the SDK's own way to say who it is
    expect(text.match(/\d+@[\w.-]+/g)).toBeNull();
    const identities = valuesOf(history, 'identity');
    expect(identities.filter((one) => one !== 'slipway' && one !== 'history-service')).toEqual([]);
    expect(valuesOf(history, 'stackTrace')).toEqual([]);
  });
});

/** The message of a failed replay. */
function whatToDo({ version, scenario, workflow }: RecordedHistory, message: string): string {
  const why = /\[TMPRL\d+\][^"]*/.exec(message)?.[0] ?? message;
  return `The workflow code was changed so that workflows which run since version ${version} cannot go on: the history
of ${workflow} in the scenario "${scenario}" asks for something else than the code does now.

  ${why}

What to do: keep the old way beside the new one, so that a running workflow goes on as it began.

  import { patched } from '@temporalio/workflow';
  if (patched('a-name-for-this-change')) await theNewWay();
  else await theOldWay();

Only if version ${version} has never been released, and so nobody has such workflows, record again instead:

  npm run record:histories
`;
}
