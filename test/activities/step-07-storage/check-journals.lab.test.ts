import { expect, it } from 'vitest';
import { checkJournals } from '../../../src/activities/step-07-storage/check-journals.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { aTarget } from '../../support/builders.js';
import { runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf, useLab } from '../../support/lab-host.js';

let machine: LabMachine;

const stage = useLab('test-journals', async ({ lab }) => {
  machine = await lab.startMachine({ name: 'node1' });
});

/** Makes kubelet.service run this shell text, and starts it. */
async function startKubelet(text: string): Promise<void> {
  const unit = `[Service]\\nExecStart=/bin/sh -c "${text}"\\nRestart=always\\nRestartSec=1`;
  await onMachine(
    machine,
    `printf '${unit}\\n' > /etc/systemd/system/kubelet.service
systemctl daemon-reload
systemctl restart kubelet`,
  );
}

async function check(): Promise<{ summary: string; seconds: number }> {
  const moves = [{ from: '/var/lib/kubelet', to: '/data/kubelet', unit: 'kubelet' }];
  const begun = Date.now();
  const { summary } = await runStep(checkJournals(stage().dependencies), {
    host: labAddressOf(machine),
    target: aTarget({ layout: 'bind', moves }),
    jobKey: 'check-1',
  });
  return { summary, seconds: (Date.now() - begun) / 1000 };
}

it('watches a unit that has just been started, tells its errors, and does not wait for one that has been up', async () => {
  await startKubelet('echo \\"<3>no network yet\\"; exec sleep 600');
  const first = await check();
  expect(first.summary).toBe('kubelet steady, 1 error, the last: no network yet');
  expect(first.seconds).toBeGreaterThan(10);
  expect((await check()).seconds).toBeLessThan(5);
});

it('fails for a unit that systemd starts again and again, with the end of its journal', async () => {
  await startKubelet('echo out of luck; sleep 2; exit 1');
  await expect(check()).rejects.toMatchObject({
    type: 'NotProvenError',
    message: expect.stringMatching(/Not steady: kubelet \(.*restarts [1-9]/) as string,
    details: [{ output: expect.stringContaining('out of luck') as string }],
  });
});
