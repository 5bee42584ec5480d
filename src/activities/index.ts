import { kebabCase } from '../cluster/text/kebab-case.js';
import type { HousekeepingActivities } from '../protocol/housekeeping.js';
import { steps, type Activities, type StepName } from '../protocol/steps.js';
import { findHostHolder } from './housekeeping/find-host-holder.js';
import { stopJob } from './housekeeping/stop-job.js';
import type { Dependencies } from './running/dependencies.js';
import type { StepFactory } from './running/step.js';

/** Everything that a worker offers to workflows. */
export type AllActivities = Activities & HousekeepingActivities;

/** Every activity by its type name, with what it needs from outside. Steps are found by their names, as they are registered. */
export async function createActivities(dependencies: Dependencies): Promise<AllActivities> {
  const names = Object.keys(steps) as StepName[];
  const made = names.map(async (name) => [name, (await load(name))(dependencies)] as const);
  return {
    ...(Object.fromEntries(await Promise.all(made)) as Activities),
    stopJob: stopJob(dependencies),
    findHostHolder,
  };
}

/** Sources have the ending .ts, what is built of them .js. */
const ending = import.meta.url.slice(import.meta.url.lastIndexOf('.'));

/** The file of `createRaidArray` in `step-07-storage` is step-07-storage/create-raid-array, and exports that name. */
async function load(name: StepName): Promise<StepFactory<StepName, Dependencies>> {
  const path = `./${steps[name].folder}/${kebabCase(name)}${ending}`;
  const file = (await import(new URL(path, import.meta.url).href)) as Readonly<Record<string, unknown>>;
  const factory = file[name] as StepFactory<StepName, Dependencies> | undefined;
  if (factory?.step !== name) throw new Error(`${path} does not export the step ${name}.`);
  return factory;
}
