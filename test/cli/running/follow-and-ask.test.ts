import type { Client, WorkflowHandle } from '@temporalio/client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followAndAsk } from '../../../src/cli/running/follow-and-ask.js';
import { LiveView } from '../../../src/cli/terminal/live-view.js';
import type { ClusterProgress } from '../../../src/protocol/progress.js';
import { progressOf, stepOf } from '../../support/progress.js';
import { RecordingTerminal } from '../../support/recording-terminal.js';

const running = progressOf({ controlHost: [stepOf('runKubespray', 'running', 'about 40 %')] });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Follows a workflow of which nothing changes: it is looked at after 35 s, 70 s … and has ended after 175 s. */
async function follow(terminal: RecordingTerminal, timeLeft?: (progress: ClusterProgress) => string) {
  const end = Date.now() + 150_000;
  const client = {
    connection: { withDeadline: (_: number, ask: () => unknown) => ask() },
  } as unknown as Client;
  const handle = {
    client,
    describe: () => {
      vi.setSystemTime(Date.now() + 35_000);
      return Promise.resolve({ status: { name: Date.now() > end ? 'COMPLETED' : 'RUNNING' }, raw: {} });
    },
    query: () => Promise.resolve(running),
  } as unknown as WorkflowHandle;
  await followAndAsk(handle, new LiveView(terminal), {
    ...{ client, terminal, timeLeft, interruption: new AbortController() },
  });
  return terminal.output.split('\n').filter((line) => line.includes('left'));
}

it('tells the time left once a minute where there is no screen', async () => {
  const line = 'about 9 min left; control host: runKubespray: about 40 %';
  expect(await follow(new RecordingTerminal(), () => 'about 9 min left')).toEqual([line, line]);
});

it('draws it on a screen, and writes no line about it', async () => {
  const lines = await follow(new RecordingTerminal(true), () => 'about 9 min left');
  expect(lines.filter((line) => line.startsWith('about'))).toEqual([]);
  expect(lines.at(-1)).toContain('blue | preparing | about 9 min left');
});

it('tells nothing of it where nobody knows', async () => {
  expect(await follow(new RecordingTerminal())).toEqual([]);
});
