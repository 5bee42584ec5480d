import { hostStep } from '../running/step.js';

/** Step 7.2: Reboot the node, first part: by this ID the restart is recognised afterwards. */
export const readBootId = hostStep('readBootId', (host) => host.bootId());
