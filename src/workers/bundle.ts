import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

/** Beside the folders of the built program; made once by `npm run build`. */
const builtBundle = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));

/** Every workflow and what it imports as one piece of JavaScript for Temporal's sandbox; takes some seconds. */
export async function bundleWorkflows(): Promise<{ code: string }> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: workflowsPath(),
    logger: new DefaultLogger('WARN'),
  });
  return { code };
}

/** Writes the bundle to where {@link workflowBundle} finds it. @returns its path */
export async function writeWorkflowBundle(): Promise<string> {
  const { code } = await bundleWorkflows();
  await writeFile(builtBundle, code);
  return builtBundle;
}

/** The bundle that was built, or, when the program runs from its sources, a new one. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  return existsSync(builtBundle) ? { codePath: builtBundle } : bundleWorkflows();
}

function workflowsPath(): string {
  const source = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
  return existsSync(source) ? source : fileURLToPath(new URL('../workflows/index.js', import.meta.url));
}
