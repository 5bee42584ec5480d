import { NativeConnection, Worker } from '@temporalio/worker';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { exitCodes } from '../../../src/cli/terminal/exit-codes.js';
import { runProgram } from '../../../src/cli/program.js';
import type { StatusDocument } from '../../../src/cli/commands/status.js';
import { startEmbeddedServer, type EmbeddedServer } from '../../../src/temporal/embedded-server.js';
import { bundleWorkflows } from '../../../src/workers/bundle.js';
import { workerSettings } from '../../../src/workers/settings.js';
import { taskQueue } from '../../../src/protocol/messages.js';
import { FakeMachines } from '../../fakes/fake-machines.js';
import { aCluster } from '../../support/specifications.js';
import { RecordingTerminal } from '../../support/recording-terminal.js';

/** Every command against a real server and the real workflows; only the machines are made up. */

let folder: string;
let server: EmbeddedServer;
let bundle: { code: string };
let connection: NativeConnection;
let machines: FakeMachines;
let worker: Worker;
let running: Promise<void>;
let clusters = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-commands-'));
  process.env['SLIPWAY_HOME'] = folder;
  server = await startEmbeddedServer({ ports: { grpc: 27433, ui: 27434 } });
  process.env['TEMPORAL_ADDRESS'] = server.address;
  bundle = await bundleWorkflows();
  connection = await NativeConnection.connect({ address: server.address });
});
afterAll(async () => {
  delete process.env['TEMPORAL_ADDRESS'];
  delete process.env['SLIPWAY_HOME'];
  await connection.close();
  await server.leave();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  machines = new FakeMachines();
  worker = await Worker.create({
    ...workerSettings(0),
    connection,
    taskQueue,
    workflowBundle: bundle,
    activities: machines.activities(),
  });
  running = worker.run();
});
afterEach(async () => {
  worker.shutdown();
  await running;
});

function clusterFile(): { name: string; file: string } {
  clusters += 1;
  const name = `c${clusters}`;
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(aCluster(name)));
  return { name, file };
}

async function slipway(...words: string[]): Promise<RecordingTerminal & { code: number }> {
  return run(new RecordingTerminal(), words);
}

async function run(
  terminal: RecordingTerminal,
  words: string[],
): Promise<RecordingTerminal & { code: number }> {
  const code = await runProgram(words, terminal);
  return Object.assign(terminal, { code });
}

async function statusOf(name: string): Promise<StatusDocument> {
  return JSON.parse((await slipway('status', name, '--json')).output) as StatusDocument;
}

/** Waits until the cluster asks for this. */
async function asked(name: string, kind: 'approval' | 'decision' = 'approval'): Promise<StatusDocument> {
  for (let tries = 0; tries < 120; tries += 1) {
    const { code, output } = await slipway('status', name, '--json');
    const document = code === 0 ? (JSON.parse(output) as StatusDocument) : undefined;
    if (document?.progress?.questions.some((question) => question.kind === kind)) return document;
    await sleep(250);
  }
  throw new Error(`${name} does not ask for a ${kind}.`);
}

function planAsked({ progress }: StatusDocument): string {
  const [question] = progress?.questions ?? [];
  if (question?.kind !== 'approval') throw new Error(`Not asked for approval: ${JSON.stringify(question)}`);
  return question.plan;
}

it('goes all the way with --yes, and changes nothing the second time', async () => {
  const { name, file } = clusterFile();
  const first = await slipway('up', file, '--yes', '--by', 'ada');
  expect(first.output).toMatch(/w1 +createRaidArray +changed/);
  expect(first.output).toContain('ada');
  expect({ code: first.code, errors: first.errors }).toEqual({ code: exitCodes.ok, errors: '' });
  const arrays = machines.callsOf('createRaidArray').length;
  const second = await slipway('up', file);
  expect(second.code).toBe(exitCodes.ok);
  expect(machines.callsOf('createRaidArray')).toHaveLength(arrays);
  expect(await statusOf(name)).toMatchObject({ status: 'COMPLETED', report: { result: 'ready' } });
});

it('says how to approve without a terminal, refuses another digest, and goes on when approved', async () => {
  const { name, file } = clusterFile();
  const terminal = new RecordingTerminal();
  const up = run(terminal, ['up', file]);
  const plan = planAsked(await asked(name));
  await vi.waitUntil(() => terminal.output.includes(`slipway approve ${name} --plan ${plan}`), 30_000);
  const wrong = await slipway('approve', name, '--plan', `sha256:${'0'.repeat(64)}`);
  expect(wrong.code).toBe(exitCodes.denied);
  expect(wrong.errors).toContain('changes nothing: it names plan sha256:000');
  expect(machines.callsOf('createRaidArray')).toHaveLength(0);
  const right = await slipway('approve', name, '--plan', plan, '--by', 'grace');
  expect(right).toMatchObject({ code: exitCodes.ok, output: `approve by grace: plan ${plan}.\n` });
  expect((await up).code).toBe(exitCodes.ok);
});

it('ends with 3 when the plan is denied, and leaves the disks alone', async () => {
  const { name, file } = clusterFile();
  const up = slipway('up', file);
  const plan = planAsked(await asked(name));
  await slipway('deny', name, '--plan', plan, '--reason', 'wrong disks');
  const { code, output } = await up;
  expect(code).toBe(exitCodes.denied);
  expect(output).toContain('wrong disks');
  expect(machines.callsOf('createRaidArray')).toHaveLength(0);
});

it('shows a failed step with command, output and advice, and retries it', async () => {
  const { name, file } = clusterFile();
  machines.failTimes('createRaidArray', 'w1', 1);
  const terminal = new RecordingTerminal();
  const up = run(terminal, ['up', file, '--yes']);
  await asked(name, 'decision');
  const status = await slipway('status', name);
  expect(status.output).toMatch(
    /command: mdadm --create\n {2}\| line 1\n {2}\| line 2\n {2}advice: Look at the disks/,
  );
  expect(await slipway('retry', name, '--host', 'cp')).toMatchObject({ code: exitCodes.denied });
  await vi.waitUntil(
    () => terminal.output.includes(`slipway retry ${name} --host w1 --step createRaidArray`),
    30_000,
  );
  expect(await slipway('retry', name, '--host', 'w1')).toMatchObject({ code: exitCodes.ok });
  expect((await up).code).toBe(exitCodes.ok);
});

it('joins the running workflow, and refuses to with another specification', async () => {
  const { name, file } = clusterFile();
  const up = slipway('up', file);
  const plan = planAsked(await asked(name));
  const other = join(folder, 'other.json');
  writeFileSync(other, JSON.stringify({ ...aCluster(name), dns: { upstream: ['9.9.9.9'] } }));
  expect(await slipway('up', other)).toMatchObject({ code: exitCodes.invalidInput });
  const second = slipway('up', file, '--yes');
  const outcomes = await Promise.all([up, second]);
  expect(outcomes.map(({ code }) => code)).toEqual([exitCodes.ok, exitCodes.ok]);
  expect(outcomes[1].output).toContain('which is running already');
  expect(outcomes[1].output).toContain(`approve by`);
  expect(plan).toMatch(/^sha256:/);
});

it('stops before the next step when cancelled, and ends with 3', async () => {
  const { name, file } = clusterFile();
  const up = slipway('up', file);
  await asked(name);
  expect(await slipway('cancel', name)).toMatchObject({ code: exitCodes.ok });
  expect((await up).code).toBe(exitCodes.denied);
  expect(await slipway('cancel', name)).toMatchObject({ code: exitCodes.failed });
});

it('verifies without changing anything, and prints the report as JSON', async () => {
  const { file } = clusterFile();
  const { code, output } = await slipway('verify', file, '--json');
  expect(JSON.parse(output)).toMatchObject({ checks: expect.any(Array) as unknown[] });
  expect([exitCodes.ok, exitCodes.failed]).toContain(code);
  expect(machines.callsOf('createRaidArray')).toHaveLength(0);
});

/** Waits until a command without a terminal has said how its deletion is approved. @returns the words after `slipway approve` */
async function deletionAsked(terminal: RecordingTerminal): Promise<{ plan: string; workflow: string }> {
  const line = /slipway approve \S+ --plan (\S+) --workflow (\S+)/;
  await vi.waitUntil(() => line.test(terminal.output), 30_000);
  const [, plan = '', workflow = ''] = line.exec(terminal.output) ?? [];
  return { plan, workflow };
}

it('deletes old data when that is approved by itself, and keeps it when it is denied', async () => {
  const { name, file } = clusterFile();
  machines.machine('w1').hasData = true;
  const up = await slipway('up', file, '--yes');
  expect(up.output).toMatch(
    /Left to you\n(.*\n)*.*w1 keeps the data from before the move .*"slipway delete-old-data /,
  );

  const first = new RecordingTerminal();
  const denying = run(first, ['delete-old-data', file]);
  const denied = await deletionAsked(first);
  expect(first.output).toContain(
    'To be deleted for good on w1\n  /var/lib/kubelet.slipway-old, 1 MB (1000000 bytes)\n',
  );
  await slipway('deny', name, '--plan', denied.plan, '--workflow', denied.workflow);
  expect((await denying).code).toBe(exitCodes.denied);
  expect(machines.callsOf('deleteOldData')).toEqual([]);

  const second = new RecordingTerminal();
  const approving = run(second, ['delete-old-data', file, '--host', 'w1']);
  const { plan, workflow } = await deletionAsked(second);
  expect(await slipway('approve', name, '--plan', plan)).toMatchObject({ code: exitCodes.failed });
  await slipway('approve', name, '--plan', plan, '--workflow', workflow);
  expect((await approving).code).toBe(exitCodes.ok);
  expect(second.output).toContain('w1: done\n');
  expect(machines.callsOf('deleteOldData')).toHaveLength(1);

  const third = await slipway('delete-old-data', file, '--yes');
  expect(third).toMatchObject({ code: exitCodes.ok });
  expect(third.output).toContain('w1: skipped. No data from before the move is kept on this host.');
});

it('does not delete old data beside other work on the host, of a host it does not know, or after a failed check', async () => {
  const { file } = clusterFile();
  machines.machine('w1').hasData = true;
  await slipway('up', file, '--yes');
  const held = machines.hold('runKubespray', 'control host');
  const up = slipway('up', file);
  await held.reached;
  const { code, errors } = await slipway('delete-old-data', file, '--yes');
  held.release();
  expect(code).toBe(exitCodes.failed);
  expect(errors).toContain('w1 is being worked on (prepareHost, workflow host/');
  expect((await up).code).toBe(exitCodes.ok);
  expect(machines.callsOf('deleteOldData')).toEqual([]);
  const unknown = await slipway('delete-old-data', file, '--host', 'cp');
  expect(unknown).toMatchObject({ code: exitCodes.invalidInput });
  expect(unknown.errors).toContain('No host with ephemeral storage is named cp. There are: w1.');

  machines.failCheck('unit-kubelet', 'w1');
  const refused = await slipway('delete-old-data', file, '--yes');
  expect(refused).toMatchObject({ code: exitCodes.failed });
  expect(refused.output).toContain('w1: refused. The old data is kept, because checks failed: unit-kubelet');
});

it('watches to the end', async () => {
  const { name, file } = clusterFile();
  await slipway('up', file, '--yes');
  const { code, output } = await slipway('status', name, '--watch');
  expect(code).toBe(exitCodes.ok);
  expect(output).toMatch(/createRaidArray/);
});

it('knows no cluster that was never started', async () => {
  const { code, errors } = await slipway('status', 'nobody');
  expect(code).toBe(exitCodes.failed);
  expect(errors).toContain('no work on a cluster named "nobody"');
});
