import { roleOf } from '../../cluster/rerun/node-role.js';
import { rulesFor } from '../../cluster/releases/releases.js';
import { judgeBeforeRerun, type JudgedNode, type Trouble } from '../../cluster/rerun/judge-rerun.js';
import { membersOf } from '../../cluster/specification/members.js';
import { whatResetDoes } from '../../cluster/rerun/reset-node.js';
import type { ApprovedPlan } from '../../protocol/approvals.js';
import { forEachBounded } from '../../cluster/values/for-each-bounded.js';
import type { ClusterRun } from '../running/cluster-run.js';
import type { PlaybookContext } from './playbook-context.js';
import { aborted } from '../running/outcomes.js';
import { resetNode } from './reset-node.js';
import { hostAddressOf } from '../../protocol/host-addresses.js';
import { decisionVerbs } from '../../protocol/progress.js';

const step = 'probeNode';

/**
 * The nodes as Kubespray is about to find them. Running `cluster.yml` again is safe on fresh nodes and on complete ones;
 * a node on which kubeadm was cut off may be skipped by it for ever, or taken for a new one (traps T2, T5 and T6).
 */
export class NodesBeforeRun {
  /** Digests of what a person has seen and wants to be run all the same. */
  private readonly accepted = new Set<string>();
  /** Whether etcd was there before the first run, and nothing of use in it; null before anybody has looked. */
  private etcdIsUnused: boolean | null = null;
  /** The approvals of nodes' resets that were not used yet, by host. */
  private readonly approved = new Map<string, ApprovedPlan>();

  constructor(
    private readonly run: ClusterRun,
    private readonly context: PlaybookContext,
  ) {}

  /**
   * Looks at every node, and asks about one after the other that `cluster.yml` must not simply be run on.
   * @throws ApplicationFailure of type Aborted when a person said so
   */
  async makeReady(): Promise<void> {
    for (;;) {
      const judged = await this.look();
      const open = judged.find(({ trouble }) => trouble !== null && !this.accepted.has(trouble.digest));
      if (open?.trouble == null) return;
      await this.settle(open, open.trouble);
    }
  }

  /** Whether an earlier procedure has set etcd up and has come no further. */
  get foundUnusedEtcd(): boolean {
    return this.etcdIsUnused === true;
  }

  private async look(): Promise<JudgedNode[]> {
    const { run } = this;
    const specification = run.activeSpecification();
    const { controlPlanes, etcdMembers } = membersOf(specification);
    const probes = await forEachBounded(specification.hosts, (host) =>
      run.stepsOn(host).need(step, { host: hostAddressOf(specification, host) }),
    );
    const nodes = specification.hosts.flatMap((host, index) => {
      const probe = probes[index];
      const isEtcd = etcdMembers.includes(host);
      const addresses = run.facts.get(host.name)?.addresses ?? [];
      return probe === undefined ? [] : [{ probe, role: roleOf(host, controlPlanes), isEtcd, addresses }];
    });
    const { rerun, firstControlPlaneByName } = rulesFor(this.context.kubespray.release).release;
    const { judged, etcdIsUnused } = judgeBeforeRerun({
      nodes,
      specification,
      rerun,
      firstControlPlaneByName,
    });
    this.etcdIsUnused ??= etcdIsUnused;
    for (const { host, summary } of judged) this.show(host, 'unchanged', summary);
    return judged;
  }

  /** Only all probes together tell what one means. */
  private show(host: string, state: 'unchanged' | 'skipped', summary: string): void {
    const position = this.run.progress.stepsOf(host).findLastIndex((each) => each.step === step);
    this.run.progress.setStep(host, position, { step, state, summary });
  }

  /** What was approved is done only if looking once more has shown the same. */
  private async settle({ host }: JudgedNode, trouble: Trouble): Promise<void> {
    const approval = this.approved.get(host);
    this.approved.delete(host);
    const mayReset = trouble.whyNoReset === null;
    if (mayReset && approval?.digest === trouble.digest) {
      return resetNode({ ...this.context, run: this.run, host, isEtcd: this.isEtcd(host), approval });
    }
    if (mayReset && (await this.isResetApproved(host, trouble))) return;
    await this.decide(host, trouble);
  }

  private async isResetApproved(host: string, { evidence, effect, digest }: Trouble): Promise<boolean> {
    const isEtcd = this.isEtcd(host);
    const { approved } = await this.run.questions.askApproval({
      plan: digest,
      digests: new Map([[host, digest]]),
      hours: this.run.specification.approval.hours,
      reset: {
        evidence,
        effect,
        ...whatResetDoes({ isEtcd, target: this.context.hosts.storageTargets().get(host) }),
      },
    });
    const approval = approved.get(host);
    if (approval !== undefined) this.approved.set(host, approval);
    return approval !== undefined;
  }

  private async decide(host: string, trouble: Trouble): Promise<void> {
    const { evidence, effect, mayRun, whyNoReset, digest } = trouble;
    const message = `${host} is not ready for cluster.yml: ${evidence.join('; ')}. ${effect}`;
    const { verb, by, reason } = await this.run.questions.askDecision({
      host,
      step,
      message,
      choices: mayRun ? decisionVerbs : ['retry', 'abort'],
      advice: [
        ...(whyNoReset === null ? [] : [`It is not offered a reset. ${whyNoReset}`]),
        'Mend it by hand and retry: it is looked at again.',
        ...(mayRun ? ['Skip runs cluster.yml all the same.'] : []),
        'Abort ends the procedure before cluster.yml.',
      ].join(' '),
    });
    const said = `${by}${reason === undefined ? '' : `: ${reason}`}`;
    if (verb === 'abort') throw aborted(`Kubespray was not run, as ${said} decided. ${message}`);
    if (verb === 'skip') {
      this.accepted.add(digest);
      this.show(host, 'skipped', `cluster.yml is run all the same, as ${said} decided. ${message}`);
    }
  }

  private isEtcd(host: string): boolean {
    return membersOf(this.run.activeSpecification()).etcdMembers.some(({ name }) => name === host);
  }
}
