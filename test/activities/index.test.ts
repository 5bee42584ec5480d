import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createActivities } from '../../src/activities/index.js';
import { steps } from '../../src/protocol/steps.js';
import { FakeHostPool } from '../fakes/fake-host-pool.js';
import { FakeJobs } from '../fakes/fake-jobs.js';

it('offers every step that is registered, and nothing that is no step besides its own housekeeping', async () => {
  const activities = await createActivities({
    hosts: new FakeHostPool(),
    jobs: new FakeJobs(),
    readSecret: async () => 'secret',
  });
  expect(Object.keys(activities).sort()).toEqual([...Object.keys(steps), 'stopJob', 'findHostHolder'].sort());
  for (const activity of Object.values(activities)) expect(activity).toBeTypeOf('function');
});

it('has no file of a step that is not registered', () => {
  const folder = new URL('../../src/activities/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.startsWith('running/'),
  );
  const inFiles = files.flatMap((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    return [...text.matchAll(/= (?:hostStep|step)\(\s*'(\w+)'/g)].map((match) => match[1] ?? '');
  });
  expect(inFiles.sort()).toEqual(Object.keys(steps).sort());
});
