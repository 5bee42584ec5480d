import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { verify } from '../../../src/cli/commands/verify.js';
import { runWorker, type RunWorkerOptions } from '../../../src/workers/run-worker.js';
import { aCluster } from '../../support/specifications.js';
import { RecordingTerminal } from '../../support/recording-terminal.js';

/** Commands with a worker of their own: nobody else would go on with their workflow. */

const execute = vi.fn<() => Promise<never>>();
const close = vi.fn(() => Promise.resolve());

vi.mock('../../../src/workers/run-worker.js', () => ({ runWorker: vi.fn() }));
vi.mock('../../../src/temporal/connect.js', async (actual) => ({
  ...(await actual()),
  configuredAddress: () => undefined,
  connectTemporal: () => Promise.resolve({ client: { workflow: { execute } }, close }),
}));

const folder = mkdtempSync(join(tmpdir(), 'slipway-own-worker-'));
const file = join(folder, 'cluster.json');
writeFileSync(file, JSON.stringify(aCluster('c1')));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  vi.clearAllMocks();
  execute.mockReturnValue(new Promise(() => undefined));
});

it('ends with what has ended the worker, not waiting for a workflow that nobody goes on with', async () => {
  let die: (why: Error) => void = () => undefined;
  vi.mocked(runWorker).mockImplementation(({ onReady }: RunWorkerOptions) => {
    onReady?.();
    return new Promise((_, reject) => {
      die = reject;
    });
  });
  execute.mockImplementation(() => {
    setTimeout(() => {
      die(new Error('the worker is gone'));
    });
    return new Promise(() => undefined);
  });
  await expect(verify({ file }, new RecordingTerminal())).rejects.toThrow('the worker is gone');
  expect(close).toHaveBeenCalledOnce();
}, 2_000);

it('stops the worker when the command fails', async () => {
  let signal: AbortSignal | undefined;
  vi.mocked(runWorker).mockImplementation(({ onReady, signal: given }: RunWorkerOptions) => {
    onReady?.();
    signal = given;
    return new Promise((resolve) => {
      given?.addEventListener('abort', () => {
        resolve();
      });
    });
  });
  execute.mockRejectedValue(new Error('no answer'));
  await expect(verify({ file }, new RecordingTerminal())).rejects.toThrow('no answer');
  expect(signal?.aborted).toBe(true);
});
