import type { Client } from '@temporalio/client';
import { expect, it, vi } from 'vitest';
import { LiveView } from '../../src/cli/live-view.js';
import { Questions } from '../../src/cli/questions.js';
import type { ClusterProgress } from '../../src/workflows/progress.js';
import { obeyed } from '../cluster/hostile.js';
import { RecordingTerminal } from './recording-terminal.js';

it('why an answer was refused has nothing for a terminal to obey', async () => {
  const refusal = () => {
    throw new Error('refused: \u001b[2J\u009b31m\u202edisk\nnext line');
  };
  const terminal = new RecordingTerminal();
  const questions = new Questions({
    client: { workflow: { getHandle: refusal } } as unknown as Client,
    view: new LiveView(terminal),
    by: 'me',
    approver: () => true,
    onInterrupt: refusal,
  });
  const progress: ClusterProgress = {
    ...{ cluster: 'akash', phase: 'planning', release: 'v2.24.1', controlHost: [], hosts: [] },
    questions: [{ kind: 'approval', plan: 'sha256:0', hosts: ['node1'] }],
    ...{ refusals: [], plan: null, report: null },
  };
  questions.look(progress);
  await vi.waitFor(() => {
    expect(terminal.output).toContain('refused: ');
  });
  expect(terminal.output).not.toMatch(obeyed);
  expect(terminal.output).toBe('refused: 31mdisk\nnext line\n');
});
