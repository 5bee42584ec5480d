import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { requestReboot } from '../../../src/activities/step-07-storage/request-reboot.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';
import type { HostAddress } from '../../../src/protocol/host-addresses.js';

const address: HostAddress = { kind: 'local', name: 'worker-1', cluster: 'test' };

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

const request = () => run(requestReboot, { host: address, bootIdBefore, reason: "so that it's proven" });

describe('requestReboot', () => {
  it('lets the host compare boot IDs itself before it goes down', async () => {
    host.when(/systemctl reboot/, '');
    expect(await request()).toMatchObject({ outcome: 'changed' });
    expect(host.scripts(/systemctl reboot/)[0]).toContain(bootIdBefore);
  });

  it('does nothing when the host has restarted already', async () => {
    host.reboot();
    expect(await request()).toMatchObject({ outcome: 'unchanged' });
    expect(host.runs).toEqual([]);
  });

  it('asks again after a lost connection, which may have cut the request off', async () => {
    host.when(/systemctl reboot/, '').loseNextRun('before');
    await expect(request()).rejects.toMatchObject({ type: 'ConnectionLostError', nonRetryable: false });
    expect(await request()).toMatchObject({ outcome: 'changed' });
    expect(host.scripts(/systemctl reboot/)).toHaveLength(1);
  });

  it('finds that the host has restarted where only the answer was lost', async () => {
    host.when(/systemctl reboot/, '').loseNextRun('after');
    await expect(request()).rejects.toMatchObject({ type: 'ConnectionLostError' });
    host.reboot();
    expect(await request()).toMatchObject({ outcome: 'unchanged', summary: 'restarted already' });
  });
});
