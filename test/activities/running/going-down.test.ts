import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it } from 'vitest';
import { withHeartbeats } from '../../../src/activities/running/heartbeats.js';
import { withHost } from '../../../src/activities/running/step.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';
import { sh } from '../../../src/hosts/script.js';
import type { HostAddress } from '../../../src/protocol/host-addresses.js';

const address: HostAddress = {
  ...{ kind: 'ssh', name: 'node1', cluster: 'akash', address: '10.0.0.1', port: 22, user: 'root' },
  privateKey: '/key',
};

/** A step whose command fails, on a machine whose systemd answers so. */
async function failOn(host: FakeHost): Promise<unknown> {
  host.when(/systemctl show/, { exitCode: 1, stderr: 'Failed to get properties: Connection reset by peer' });
  const look = withHeartbeats(() =>
    withHost({ hosts: new FakeHostPool([host]) }, address, (opened) =>
      opened.run(sh`systemctl show kubelet`, { what: 'look at the units' }),
    ),
  );
  return new MockActivityEnvironment().run(look, undefined).catch((error: unknown) => error);
}

const asking = /is-system-running/;

it.each([
  ['says so', { stdout: 'stopping\n', exitCode: 1 }],
  ['answers nothing any more', { stderr: 'Failed to connect: Connection reset by peer', exitCode: 1 }],
])('a step that fails on a machine that is being shut down is tried again: systemd %s', async (_, answer) => {
  expect(await failOn(new FakeHost('node1').when(asking, answer))).toMatchObject({
    type: 'ConnectionLostError',
    nonRetryable: false,
    message: expect.stringMatching(
      /^node1 is being shut down or restarted\. Before: "look at the units" failed on node1 with exit code 1/,
    ) as string,
  });
});

it('so is one after which the machine is away', async () => {
  const host = new FakeHost('node1').loseNextRun('before', asking);
  expect(await failOn(host)).toMatchObject({ type: 'ConnectionLostError', nonRetryable: false });
});

it.each(['running', 'degraded', 'starting', 'offline'])('no other is: the machine is %s', async (state) => {
  const host = new FakeHost('node1').when(asking, { stdout: `${state}\n`, exitCode: 1 });
  expect(await failOn(host)).toMatchObject({ type: 'CommandFailedError', nonRetryable: true });
});
