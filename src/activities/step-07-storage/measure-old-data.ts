import { lookForOldData } from './parts/old-data.js';
import { hostStep } from '../running/step.js';

/** What `deleteOldData` would delete, for the question whether it may. Changes nothing. */
export const measureOldData = hostStep('measureOldData', async (host, { target }) => ({
  directories: await lookForOldData(host, target),
}));
