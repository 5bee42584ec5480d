import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { createRaidArray } from '../../../src/activities/step-07-storage/create-raid-array.js';
import { deleteOldData } from '../../../src/activities/step-07-storage/delete-old-data.js';
import { makeFileSystem } from '../../../src/activities/step-07-storage/make-file-system.js';
import { storageDigest } from '../../../src/cluster/storage/make-storage-plan.js';
import { oldDataDigest } from '../../../src/cluster/storage/old-data.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';
import { FakeJobs } from '../../fakes/fake-jobs.js';
import { approvedBy } from '../../support/approved.js';
import { aTarget } from '../../support/builders.js';

const host = { kind: 'local' as const, name: 'node4', cluster: 'test' };
const target = aTarget();
const kept = [{ path: '/var/lib/kubelet.slipway-old', bytes: 5_000_000_000 }];

/** Runs a step on a machine that has nothing to say, and tells which scripts reached it. */
async function run(make: (needs: Needs) => (input: never) => Promise<unknown>, input: object) {
  const machine = new FakeHost(host.name).when(/(?:)/, '');
  const step = make({ hosts: new FakeHostPool([machine]), jobs: new FakeJobs() });
  const outcome = new MockActivityEnvironment().run(step, { host, jobKey: 'k', ...input } as never);
  return { outcome: await outcome.then(String, (error: Error) => error.message), scripts: machine.scripts() };
}
type Needs = Parameters<typeof createRaidArray>[0];

describe('an approval', () => {
  const otherDisks = storageDigest({ ...target, disks: target.disks.slice(1) });
  const otherHost = storageDigest({ ...target, host: 'node5' });

  it.each([
    ['createRaidArray', 'of other disks', createRaidArray, { target }, otherDisks],
    ['createRaidArray', 'of another host', createRaidArray, { target }, otherHost],
    ['makeFileSystem', 'of other disks', makeFileSystem, { target }, otherDisks],
    [
      'deleteOldData',
      'of the storage plan',
      deleteOldData,
      { target, directories: kept },
      storageDigest(target),
    ],
    ['deleteOldData', 'of less', deleteOldData, { target, directories: kept }, oldDataDigest(target, [])],
  ] as const)(
    'given to %s, but %s, is refused before anything is run',
    async (_step, _of, make, input, digest) => {
      const { outcome, scripts } = await run(make, { ...input, approved: approvedBy('ann', digest) });
      expect(outcome).toMatch(
        new RegExp(
          `^Refused on node4: what ann has approved \\(${digest}\\) is not what this step was given`,
        ),
      );
      expect(scripts).toEqual([]);
    },
  );

  it.each([
    ['createRaidArray', createRaidArray, { target, approved: approvedBy('ann', storageDigest(target)) }],
    ['makeFileSystem', makeFileSystem, { target, approved: approvedBy('ann', storageDigest(target)) }],
    [
      'deleteOldData',
      deleteOldData,
      { target, directories: kept, approved: approvedBy('ann', oldDataDigest(target, kept)) },
    ],
    ['createRaidArray, asked for by an earlier version,', createRaidArray, { target }],
  ] as const)('lets %s go on when it is of just that', async (_step, make, input) => {
    const { scripts } = await run(make, input);
    expect(scripts.length).toBeGreaterThan(0);
  });
});
