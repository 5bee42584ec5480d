import { isServiceActive } from '../cluster/facts/facts.js';
import { rulesFor } from '../cluster/releases/releases.js';
import type { Report } from '../cluster/report/report.js';
import { giveAnsibleAccess } from './phases/ansible-access.js';
import { approvePlan } from './phases/approve-plan.js';
import { confirmReachability } from './phases/check-reachability.js';
import { ClusterRun } from './running/cluster-run.js';
import { installKubespray, type Kubespray } from './phases/install-kubespray.js';
import type { PlaybookContext } from './phases/playbook-context.js';
import { planCluster } from './phases/plan-cluster.js';
import { notePods } from './phases/note-pods.js';
import { aborted } from './running/outcomes.js';
import { ClusterHosts } from './phases/cluster-hosts.js';
import { ProviderPause } from './phases/provider-pause.js';
import { NodesBeforeRun } from './phases/nodes-before-run.js';
import { readSpecification } from './running/read-specification.js';
import { ansibleKeyOf, controlHostAddress } from '../protocol/host-addresses.js';
import { runBoth } from './running/run-both.js';
import { checkEtcdPerformance, confirmCluster } from './phases/confirm-cluster.js';

/**
 * The whole documented procedure, from bare hosts to a confirmed cluster. Start it with the workflow ID
 * `cluster/<name>` and the specification as its single argument.
 *
 * Hosts that are refused, denied or aborted drop out, and the others go on. Kubespray's inventory holds only the hosts
 * that are still there: what is not in it, Kubespray does not touch. If one of them is a control plane or an etcd
 * member, Kubespray does not run at all, because with fewer of them it would build another cluster than the one asked
 * for, or break the one that is there.
 *
 * @param specificationInput as in cluster.yaml; checked here again
 * @throws ApplicationFailure of type InvalidSpecification that lists every problem
 */
export async function provisionCluster(specificationInput: unknown): Promise<Report> {
  const specification = readSpecification(specificationInput);
  const run = new ClusterRun(specification);
  const hosts = new ClusterHosts(run);
  const provider = new ProviderPause(run);

  return run.reportOf(
    async () => {
      // Step 3: Ansible access to Kubernetes cluster. It comes first, because the plan needs to look at the hosts.
      const hostKeys = await giveAnsibleAccess(run);

      // What is there, what is to be done, and what of it has to be approved
      run.progress.setPhase('planning');
      const plan = await planCluster(run);
      const isFirstInstallation = ![...run.facts.values()].some(({ units }) =>
        isServiceActive(units, 'etcd'),
      );

      // Step 1: clone the Kubespray project, step 2: install Ansible; meanwhile the plan may be approved. Nothing is
      // restarted before both are done, so what stands in the way of steps 4 to 6 is asked about in time.
      const [kubespray, approved] = await runBoth(
        () => installKubespray(run, plan),
        () => approvePlan(run, plan),
      );

      // Step 7: provider ephemeral storage config. Before steps 4 to 6, so that these know which hosts take part.
      run.progress.setPhase('preparing');
      await provider.beginFor(plan);
      await notePods(run, plan);
      await hosts.prepare(plan, approved);
      stopWithoutControlPlane(run);
      await confirmReachability(run);

      // Steps 4, 5, 6 and 7.13: Ansible inventory, containerd, DNS and storage variables
      run.progress.setPhase('kubespray');
      const cluster = run.activeSpecification();
      await writeAnsibleFiles(run, hosts, kubespray, hostKeys);

      // Step 8: create Kubernetes cluster
      const { foundUnusedEtcd } = await createCluster(run, { hosts, kubespray, provider });

      // Steps 7.14 and 7.15, step 9's kernel parameters, step 10: review firewall policies. Meanwhile a new etcd, which
      // nobody uses yet, shows how fast it is.
      run.progress.setPhase('finishing');
      await runBoth(
        () => hosts.finish(),
        async () => {
          if (isFirstInstallation || foundUnusedEtcd) await checkEtcdPerformance(run);
        },
      );

      if (!isFirstInstallation) await provider.end();

      // Step 9: confirm Kubernetes cluster
      run.progress.setPhase('verifying');
      await confirmCluster(run, {
        release: kubespray.release,
        cluster,
        storage: hosts.storageTargets(),
        patienceMs: patienceAfterChanges,
      });
    },
    async (why) => {
      await hosts.letGo(why);
      return provider.stillPaused();
    },
  );
}

/**
 * Milliseconds in which the cluster may settle after the last change: until images are pulled, pods are ready, and what
 * was restarted has run for a minute.
 */
const patienceAfterChanges = 5 * 60_000;

function stopWithoutControlPlane(run: ClusterRun): void {
  const missing = run.missingControlPlanes().map(({ name }) => name);
  if (missing.length > 0) {
    throw aborted(
      `Kubespray was not run, because the control plane is not complete without ${missing.join(', ')}.`,
    );
  }
}

/** Steps 4, 5, 6 and 7.13 of the document. */
async function writeAnsibleFiles(
  run: ClusterRun,
  hosts: ClusterHosts,
  { release }: Kubespray,
  hostKeys: Readonly<Record<string, string>>,
): Promise<void> {
  const specification = run.activeSpecification();
  const input = {
    host: controlHostAddress(specification),
    cluster: specification.name,
    specification,
    release,
  };
  await run.controlHost.need('writeInventory', {
    ...input,
    hostKeys,
    sampleInventory: rulesFor(release).release.sampleInventory,
    privateKey: ansibleKeyOf(specification),
  });
  await run.controlHost.need('writeGroupVariables', { ...input, storage: hosts.storageLayouts() });
}

/** Step 8 of the document. Before each run, the first one and one after a failure, every node is looked at. */
async function createCluster(run: ClusterRun, context: PlaybookContext): Promise<NodesBeforeRun> {
  const { kubespray } = context;
  const specification = run.activeSpecification();
  const { playbooks, extraVariables } = rulesFor(kubespray.release).release;
  const nodes = new NodesBeforeRun(run, context);
  await nodes.makeReady();
  const ended = await run.controlHost.run(
    'runKubespray',
    {
      host: controlHostAddress(specification),
      cluster: specification.name,
      playbook: playbooks.cluster,
      ...kubespray,
      hostCount: specification.hosts.length,
      extraVariables: extraVariables.cluster ?? {},
    },
    { beforeRetry: () => nodes.makeReady() },
  );
  if (ended) run.playbook = { summary: ended.summary, log: ended.log };
  return nodes;
}
