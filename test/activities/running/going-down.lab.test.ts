import { expect, it } from 'vitest';
import { withHeartbeats } from '../../../src/activities/running/heartbeats.js';
import { withHost } from '../../../src/activities/running/step.js';
import { sh } from '../../../src/hosts/script.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf, useLab } from '../../support/lab-host.js';

let machine: LabMachine;

const stage = useLab('test-going-down', async ({ lab }) => {
  machine = await lab.startMachine({ name: 'node1' });
  // Ends before sshd does, and takes its time.
  await onMachine(
    machine,
    `printf '%s\\n' '[Unit]' 'After=ssh.service' '[Service]' 'ExecStart=/bin/sleep infinity' 'ExecStop=/bin/sleep 15' \\
  > /run/systemd/system/slow-to-end.service
systemctl daemon-reload
systemctl start slow-to-end`,
  );
});

const fail = () =>
  runStep(
    withHeartbeats(() =>
      withHost(stage().dependencies, labAddressOf(machine), (host) => host.run(sh`exit 3`, { what: 'look' })),
    ),
    undefined,
  );

it('what fails on a machine that is being restarted fails for that reason, and is tried again', async () => {
  await expect(fail()).rejects.toMatchObject({ type: 'CommandFailedError', nonRetryable: true });
  await onMachine(machine, 'systemctl reboot');
  await expect(fail()).rejects.toMatchObject({
    type: 'ConnectionLostError',
    nonRetryable: false,
    message: expect.stringContaining(
      'node1 is being shut down or restarted. Before: "look" failed',
    ) as string,
  });
});
