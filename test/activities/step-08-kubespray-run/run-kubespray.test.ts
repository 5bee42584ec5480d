import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import type { PlaybookInput } from '../../../src/protocol/control-host-inputs.js';
import { runKubespray } from '../../../src/activities/step-08-kubespray-run/run-kubespray.js';
import { FakeJobs } from '../../fakes/fake-jobs.js';
import type { JobProgress, Jobs } from '../../../src/hosts/jobs/jobs.js';
import { until } from '../../support/test-sshd.js';
import { cluster, local, makeControlHost } from '../../support/control-host.js';

const jobKey = 'playbook-quiet';
const input: PlaybookInput = {
  ...{ host: local, cluster, jobKey, playbook: 'cluster.yml', virtualEnvironment: '/venv' },
  ...{ release: 'v2.24.1', hostCount: 1, extraVariables: {} },
};

/** A playbook whose log has told all there is to tell, before its task `Wait` begins and says nothing for long. */
function quietJobs(events: string, isSeen: () => boolean): Jobs {
  return Object.assign(new FakeJobs(), {
    run: async (...[, , options]: Parameters<Jobs['run']>) => {
      options?.onProgress?.({ key: jobKey, offset: 4, tail: 'TASK' }, 'TASK');
      await new Promise((resolve) => setTimeout(resolve, 300));
      await mkdir(dirname(events), { recursive: true });
      const told = [
        { event: 'play', time: 1, play: 'Work' },
        { event: 'task', time: 1, task: 'Wait' },
      ];
      await writeFile(events, told.map((event) => `${JSON.stringify(event)}\n`).join(''));
      await until(isSeen, 8_000);
      return { kind: 'ended' as const, exitCode: 0, tail: '', log: '' };
    },
  });
}

/** Heartbeats of a run that is quiet until one of them matches. */
async function beatsUntil(pattern: RegExp, times?: object): Promise<string[]> {
  const control = await makeControlHost();
  const tails: string[] = [];
  const environment = new MockActivityEnvironment();
  environment.on('heartbeat', (progress?: JobProgress) => tails.push(progress?.tail ?? ''));
  const events = join(control.folders.runs, jobKey, 'events.jsonl');
  const jobs = quietJobs(events, () => tails.some((tail) => pattern.test(tail)));
  try {
    if (times !== undefined) {
      const file = join(control.folders.root, 'playbook-times', 'v2.24.1-cluster.yml.json');
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, JSON.stringify(times));
    }
    await environment.run(runKubespray({ ...control.dependencies, jobs }), input);
  } finally {
    await control.remove();
  }
  return tails;
}

it('shows in the heartbeats what a playbook does, though its log says nothing more', async () => {
  expect((await beatsUntil(/^Work › Wait/)).at(-1)).toMatch(/^Work › Wait/);
});

it('counts on in a task that says nothing, as it went the last time', async () => {
  const plays = [{ play: 'Work', tasks: [['Wait', 10], ['Go on', 10]] }]; // prettier-ignore
  expect((await beatsUntil(/^about [1-9]\d %/, { plays })).join('\n')).toMatch(
    /^about \d %[^]*^about [1-9]\d %/m,
  );
});
