import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runKubespray } from '../../../src/activities/step-08-kubespray-run/run-kubespray.js';
import { CommandFailedError } from '../../../src/hosts/errors.js';
import { FakeJobs } from '../../fakes/fake-jobs.js';
import type { Jobs } from '../../../src/hosts/jobs/jobs.js';
import { cluster, local, makeControlHost, runStep, type ControlHost } from '../../support/control-host.js';

let control: ControlHost;
beforeEach(async () => {
  control = await makeControlHost();
});
afterEach(async () => {
  await control.remove();
});

/** A run of two tasks that ends with this exit code. */
async function play(jobKey: string, exitCode = 0): Promise<void> {
  const events = join(control.folders.runs, jobKey, 'events.jsonl');
  const jobs: Jobs = Object.assign(new FakeJobs(), {
    run: async () => {
      await mkdir(dirname(events), { recursive: true });
      const told = [
        { event: 'play', time: 1, play: 'Work' },
        { event: 'task', time: 1, task: 'Wait' },
        { event: 'stats', time: 5, hosts: {} },
      ];
      await writeFile(events, told.map((event) => `${JSON.stringify(event)}\n`).join(''));
      if (exitCode !== 0) throw new CommandFailedError('it failed', { host: 'control' }, exitCode);
      return { kind: 'ended' as const, exitCode, tail: '', log: '' };
    },
  });
  await runStep(runKubespray({ ...control.dependencies, jobs }), {
    ...{ host: local, cluster, jobKey, playbook: 'cluster.yml', virtualEnvironment: '/venv' },
    ...{ release: 'v2.24.1', hostCount: 1, extraVariables: {} },
  });
}

const file = 'playbook-times/v2.24.1-cluster.yml.json';
const shared = () => existsSync(join(control.folder, 'state', file));
const own = () => existsSync(join(control.folders.root, file));

it('tells other clusters how long a first run takes', async () => {
  await play('one');
  expect([own(), shared()]).toEqual([true, true]);
});

it('does not tell other clusters of a run that only did what a failed one had left', async () => {
  await expect(play('one', 2)).rejects.toThrow('exit code 2');
  expect([own(), shared()]).toEqual([false, false]);
  await play('two');
  expect([own(), shared()]).toEqual([true, false]);
});
