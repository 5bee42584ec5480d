import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { waitForReboot } from '../../../src/activities/step-07-storage/wait-for-reboot.js';
import { HostKeyChangedError } from '../../../src/hosts/errors.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';
import type { HostAddress } from '../../../src/protocol/host-addresses.js';

const reach: HostAddress = { kind: 'local', name: 'worker-1', cluster: 'test' };

let host: FakeHost;
let bootIdBefore: string;

beforeEach(async () => {
  host = new FakeHost('worker-1');
  bootIdBefore = await host.bootId();
});

async function run<Input, Output>(
  make: (dependencies: { hosts: FakeHostPool }) => (input: Input) => Promise<Output>,
  input: Input,
): Promise<Output> {
  return await new MockActivityEnvironment().run(make({ hosts: new FakeHostPool([host]) }), input);
}

const wait = () => run(waitForReboot, { host: reach, bootIdBefore });

describe('waitForReboot', () => {
  it('waits through the old boot, a host that cannot be reached, and a system that still starts', async () => {
    const states = ['starting\n', 'degraded\napt-daily.service\n'];
    host.when(/is-system-running/, () => states.shift() ?? '');
    setTimeout(() => host.beUnreachable(1), 200);
    setTimeout(() => host.reboot(), 1_500);
    expect(await wait()).toMatchObject({
      outcome: 'changed',
      summary: expect.stringContaining('failed units: apt-daily.service') as string,
    });
    expect(states).toEqual([]);
  });

  it('never waits out another host key', async () => {
    host.reboot().when(/is-system-running/, 'running\n');
    host.failNextRun(new HostKeyChangedError('Another key.', { host: 'worker-1' }));
    await expect(wait()).rejects.toMatchObject({ type: 'HostKeyChangedError', nonRetryable: true });
  });

  it('says so when the host started into its emergency mode', async () => {
    host.reboot().when(/is-system-running/, 'maintenance\n');
    await expect(wait()).rejects.toMatchObject({ type: 'NotProvenError' });
  });
});
