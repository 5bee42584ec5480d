import type { ClusterPlan } from '../../cluster/plan/plan.js';
import { storageLayouts } from '../../cluster/storage/storage-layouts.js';
import { rulesFor } from '../../cluster/releases/releases.js';
import type { ClusterRun } from '../running/cluster-run.js';
import { controlHostAddress } from '../../protocol/host-addresses.js';

export interface Kubespray {
  readonly release: string;
  /** Folder of the virtualenv on the control host. */
  readonly virtualEnvironment: string;
}

/** Steps 1 and 2 of the document, on the control host. What the plan makes of the inventory is refused now, if it is. */
export async function installKubespray(run: ClusterRun, plan: ClusterPlan): Promise<Kubespray> {
  const { kubespray, mirror, name: cluster } = run.specification;
  const release = plan.release.name;
  const { python, sampleInventory } = rulesFor(release).release;
  const machine = { host: controlHostAddress(run.specification), cluster };

  // Step 1: clone the Kubespray project
  await run.controlHost.need('cloneKubespray', {
    ...machine,
    repository: kubespray.repository,
    ref: kubespray.ref ?? release,
    inventory: {
      specification: run.activeSpecification(),
      storage: storageLayouts(plan.storage),
      release,
      sampleInventory,
    },
  });

  // Step 2: install Ansible, in a virtualenv
  const { folder } = await run.controlHost.need('createVirtualEnvironment', {
    ...machine,
    pythonVersions: python,
  });
  await run.controlHost.need('installRequirements', {
    ...machine,
    virtualEnvironment: folder,
    pipIndex: mirror?.pip,
  });
  return { release, virtualEnvironment: folder };
}
