import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { checkJournals } from '../../../src/activities/step-07-storage/check-journals.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';
import { aTarget } from '../../support/builders.js';

interface Unit {
  readonly active?: string;
  readonly restarts?: number;
  /** Milliseconds. */
  readonly upFor?: number;
}

/** What systemd says of kubelet and containerd on a machine that has been up for an hour. */
function units({ kubelet, containerd = {} }: { kubelet: Unit; containerd?: Unit }): string {
  const shown = [
    ['kubelet', kubelet],
    ['containerd', containerd],
  ] as const;
  const blocks = shown.map(([name, { active = 'active', restarts = 0, upFor = 60_000 }]) =>
    [
      `Id=${name}.service`,
      'LoadState=loaded',
      `ActiveState=${active}`,
      'UnitFileState=enabled',
      `NRestarts=${restarts}`,
      `ActiveEnterTimestampMonotonic=${(3_600_000 - upFor) * 1000}`,
      'RequiresMountsFor=',
    ].join('\n'),
  );
  return `3600.00\n\n${blocks.join('\n\n')}\n`;
}

const looking = /systemctl show -p Id,/;
const moves = ['kubelet', 'containerd'].map((unit) => ({
  from: `/var/lib/${unit}`,
  to: `/data/${unit}`,
  unit,
}));

/** A worker whose units are at first as `before` says, and `after` from the third look on: the one after the waiting. */
function worker(before: string, after = before): FakeHost {
  return new FakeHost('worker1')
    .when(looking, ({ host }) => (host.scripts(looking).length < 3 ? before : after))
    .when(/journalctl/, '');
}
const check = (host: FakeHost) =>
  new MockActivityEnvironment().run(checkJournals({ hosts: new FakeHostPool([host]) }), {
    host: { kind: 'local' as const, name: 'worker1', cluster: 'akash' },
    target: aTarget({ layout: 'bind', moves }),
    jobKey: 'check-1',
  });

/** Milliseconds: a tenth of a second less than what a unit must have been up. */
const almost = 11_900;

describe('checkJournals', () => {
  it('is content at once with units that have been up for long, however often they were restarted before', async () => {
    const host = worker(units({ kubelet: { restarts: 3 } }));
    await expect(check(host)).resolves.toEqual({
      outcome: 'unchanged',
      summary: 'containerd and kubelet steady, no errors in their journals',
    });
    expect(host.scripts(looking)).toHaveLength(2);
  });

  it('waits and looks again at a unit that was just started, though the other has been up for long', async () => {
    const host = worker(units({ kubelet: { upFor: almost } }));
    const begun = Date.now();
    await expect(check(host)).resolves.toMatchObject({ outcome: 'unchanged' });
    expect(host.scripts(looking)).toHaveLength(3);
    expect(Date.now() - begun).toBeGreaterThan(90);
  });

  it.each<[string, Unit, string]>([
    ['was restarted meanwhile', { restarts: 1, upFor: 50 }, 'active, restarts 1'],
    ['has failed meanwhile', { active: 'failed' }, 'failed, restarts 0'],
    ['waits for its next start', { active: 'activating' }, 'activating, restarts 0'],
  ])('is not proven by a unit that %s', async (_, kubelet, state) => {
    const host = worker(units({ kubelet: { upFor: almost } }), units({ kubelet })).when(
      /journalctl .*-n 10/,
      'out of luck\n',
    );
    await expect(check(host)).rejects.toMatchObject({
      type: 'NotProvenError',
      message: expect.stringContaining(`Not steady: kubelet (${state}).`) as string,
      details: [{ output: expect.stringContaining('out of luck') as string }],
    });
  });

  it('counts the errors since the start, and tells the last, but does not fail for them', async () => {
    const host = worker(units({ kubelet: {} })).when(/-p err/, 'no network\n\nnode not found\n');
    await expect(check(host)).resolves.toMatchObject({
      summary: 'containerd and kubelet steady, 2 errors, the last: node not found',
    });
  });

  it('has nothing to watch where the units are not installed yet', async () => {
    const host = worker('3600.00\nId=kubelet.service\nLoadState=not-found\n');
    await expect(check(host)).resolves.toEqual({ outcome: 'unchanged', summary: 'no units to watch' });
    expect(host.scripts(/journalctl/)).toEqual([]);
  });
});
