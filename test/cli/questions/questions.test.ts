import type { Client } from '@temporalio/client';
import { expect, it, vi } from 'vitest';
import { LiveView } from '../../../src/cli/terminal/live-view.js';
import { Questions } from '../../../src/cli/questions/questions.js';
import type { ClusterProgress } from '../../../src/protocol/progress.js';
import { obeyed } from '../../support/hostile.js';
import { RecordingTerminal } from '../../support/recording-terminal.js';

const progress: ClusterProgress = {
  ...{ cluster: 'akash', phase: 'planning', release: 'v2.24.1', controlHost: [], hosts: [] },
  questions: [{ kind: 'approval', plan: 'sha256:0', hosts: ['node1'] }],
  ...{ refusals: [], plan: null, report: null },
};

/** What is shown of an answer. @param take the workflow that takes it, or does not */
async function shownOf(take: () => string): Promise<string> {
  const terminal = new RecordingTerminal();
  const withDeadline = async (_: number, call: () => Promise<string>) => call();
  const getHandle = () => ({ executeUpdate: async () => Promise.resolve(take()) });
  const questions = new Questions({
    client: { connection: { withDeadline }, workflow: { getHandle } } as unknown as Client,
    view: new LiveView(terminal),
    by: 'me',
    approver: () => true,
    onInterrupt: () => undefined,
  });
  questions.look(progress);
  await vi.waitFor(() => {
    expect(terminal.output).not.toBe('');
  });
  expect(terminal.output).not.toMatch(obeyed);
  return terminal.output;
}

it('why an answer was refused has nothing for a terminal to obey', async () => {
  const shown = await shownOf(() => {
    throw new Error('refused: \u001b[2J\u009b31m\u202edisk\nnext line');
  });
  expect(shown).toBe('refused: 31mdisk\nnext line\n');
});

it('what became of an answer has nothing for a terminal to obey', async () => {
  const shown = await shownOf(() => 'approve by \u001b[2J\u009b31m\u202eann\nnext line');
  expect(shown).toBe('approve by 31mann next line\n');
});
