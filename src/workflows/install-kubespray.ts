import { rulesFor } from '../cluster/releases.js';
import type { ClusterRun } from './cluster-run.js';
import { controlHostTarget } from './targets.js';

export interface Kubespray {
  readonly release: string;
  /** Folder of the virtualenv on the control host. */
  readonly virtualEnvironment: string;
}

/** Steps 1 and 2 of the document, on the control host. */
export async function installKubespray(run: ClusterRun, release: string): Promise<Kubespray> {
  const { kubespray, name: cluster } = run.specification;
  const machine = { host: controlHostTarget(run.specification), cluster };

  // Step 1: clone the Kubespray project
  await run.controlHost.need('cloneKubespray', {
    ...machine,
    repository: kubespray.repository,
    ref: kubespray.ref ?? release,
  });

  // Step 2: install Ansible, in a virtualenv
  const { folder } = await run.controlHost.need('createVirtualEnvironment', {
    ...machine,
    pythonVersions: rulesFor(release).release.python,
  });
  await run.controlHost.need('installRequirements', { ...machine, virtualEnvironment: folder });
  return { release, virtualEnvironment: folder };
}
