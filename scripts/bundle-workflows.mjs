import { writeWorkflowBundle } from '../dist/workers/bundle.js';

// Part of `npm run build`: Temporal's sandbox takes the workflows as one piece of JavaScript.
await writeWorkflowBundle();
