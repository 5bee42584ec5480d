import { expect, it } from 'vitest';
import { createActivities } from '../../src/activities/index.js';
import { FakeHostPool } from '../fakes/fake-host-pool.js';
import { FakeJobs } from '../fakes/fake-jobs.js';
import { steps } from '../../src/workflows/running/step-table.js';

it('offers every step of the procedure, and nothing that is no step besides its own housekeeping', () => {
  const activities = createActivities({
    hosts: new FakeHostPool(),
    jobs: new FakeJobs(),
    readSecret: async () => 'secret',
  });
  expect(Object.keys(activities).sort()).toEqual([...Object.keys(steps), 'stopJob', 'findHostHolder'].sort());
  for (const activity of Object.values(activities)) expect(activity).toBeTypeOf('function');
});
