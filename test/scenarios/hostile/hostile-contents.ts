import { oldDataAdvice } from '../../../src/cluster/storage/old-data.js';
import type { ClusterPlan } from '../../../src/cluster/plan/plan.js';
import type { Report, ReportedHost } from '../../../src/cluster/report/report.js';
import { judgeBeforeRerun } from '../../../src/cluster/rerun/judge-rerun.js';
import { whatResetDoes } from '../../../src/cluster/rerun/reset-node.js';
import type { HostSpecification, Specification } from '../../../src/cluster/specification/specification.js';
import type { StoragePlan, StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import type { ClusterProgress, Question, StepProgress } from '../../../src/protocol/progress.js';
import { aPlan } from '../../support/a-plan.js';
import { anApplyPlan, aProbe, aSpecification, aTarget } from '../../support/builders.js';
import { findingsWith, specificationWith, type Texts } from './hostile-hosts.js';

/** Everything that is put before people, of a cluster of several hosts, with a text of the test's own in each place. */

function targetWith(text: Texts, host: string, target: Partial<StorageTarget>): StorageTarget {
  const names = () => ({ serial: text(), wwn: text(), byId: text(), nameThen: text() });
  const moves = target.moves ?? [1, 2].map(() => ({ from: text(), to: text(), unit: text() }));
  const disks = (target.disks ?? aTarget().disks).map((disk) => ({ ...disk, ...names() }));
  return aTarget({ mountPoint: text(), ...target, host, moves, disks });
}

/** Control planes and workers in use, hosts that are alike, blank ones, ones that are refused for the same, and one that is done. */
function storageWith(text: Texts, hosts: readonly HostSpecification[]): Record<string, StoragePlan> {
  const { disks, array } = targetWith(text, '', { disks: aTarget().disks.map((disk) => ({ ...disk, model: text() })) });
  const moves = [{ from: text(), to: text(), unit: text() }];
  const alike = { mountPoint: text(), disks, array: { ...array, device: text() }, moves, layout: 'root-dir' } as const;
  const told = {
    excluded: [
      { name: text(), serial: text(), reasons: [text(), text()] },
      { name: text(), serial: null, reasons: [text()] },
    ],
    ...{ commands: [text(), text()], advice: [text(), text()] },
  };
  const apply = (target: Partial<StorageTarget>) => (host: string) =>
    anApplyPlan({ ...told, target: targetWith(text, host, target), digest: text() });
  const why = text();
  const refused = (host: string): StoragePlan => ({ kind: 'refused', host, why, excluded: told.excluded });
  const kinds: readonly ((host: string) => StoragePlan)[] = [
    ...[apply({}), apply({}), apply(alike), apply(alike), apply(alike), apply(alike)],
    ...[apply({ path: 'fresh', reboots: false }), apply({ path: 'fresh', reboots: false }), refused, refused],
    (host) => ({ kind: 'satisfied', target: targetWith(text, host, {}), digest: text() }),
    () => ({ kind: 'none' }),
  ];
  return Object.fromEntries(hosts.map(({ name }, index) => [name, kinds[index]?.(name) ?? { kind: 'none' }]));
} // prettier-ignore

export function planWith(text: Texts, specification: Specification = specificationWith(text)): ClusterPlan {
  const plan = aPlan({
    specification,
    storage: storageWith(text, specification.hosts),
    findings: findingsWith(text, specification),
  });
  return { ...plan, release: { name: text(), why: text() }, advice: [...plan.advice, text(), text()] };
}

export function reportWith(text: Texts): Report {
  const specification = specificationWith(text);
  const names = specification.hosts.map(({ name }) => name);
  const [one = '', other = '', ...others] = names;
  const story = { changed: [text(), text()], unchanged: [text()], skipped: [text()] };
  const host = (name: string, ending: Pick<ReportedHost, 'result' | 'why'>) => ({ host: name, ...ending, ...story });
  const why = text();
  const check = { check: 'unit-kubelet', is: text(), shouldBe: text(), advice: text(), reason: null } as const;
  const kept = others.map((name) => ({ host: name, paths: [why] }));
  return {
    ...{ cluster: text(), result: 'incomplete', release: text() },
    approvals: [{ plan: text(), by: text(), hosts: names }, { plan: text(), by: text(), hosts: [one] }],
    hosts: [
      host(one, { result: 'done', why: null }),
      host(other, { result: 'aborted', why: text() }),
      ...others.map((name) => host(name, { result: 'failed', why })),
    ],
    playbook: { summary: text(), log: text() },
    checks: [
      { ...check, host: one, state: 'failed' },
      { ...check, host: other, state: 'overridden', reason: text() },
      ...others.map((name) => ({ ...check, host: name, is: text(), state: 'passed' as const })),
    ],
    plan: planWith(text, specification),
    advice: [text(), ...oldDataAdvice([...kept, { host: one, paths: [text(), text()] }])],
  };
} // prettier-ignore

export type Decision = Extract<Question, { kind: 'decision' }>;
export type Approval = Extract<Question, { kind: 'approval' }>;

export function decisionWith(text: Texts): Decision {
  return {
    ...{ kind: 'decision', host: text(), step: text(), message: text(), command: text() },
    ...{ output: `${text()}\n${text()}`, advice: text(), choices: ['retry', 'abort'] },
  };
}

/** What is deleted for good of the data from before a migration. */
export function deletionWith(text: Texts): Approval {
  const oldData = [1, 2].map((bytes) => ({ path: text(), bytes }));
  return { kind: 'approval', plan: text(), hosts: [text(), text()], oldData, expires: 0 };
}

/** A node on which kubeadm was cut off, and which calls itself something. */
export function resetWith(text: Texts): Approval {
  const host = text();
  const cluster = { source: 'API server', kubeadmConfig: true, clusterInfo: true, workloads: true, nodes: [] } as const;
  const began = { config: true, kubeletConf: true, clientCertificate: 'present' } as const;
  const probe = aProbe({ ...began, host, nodeName: `x ${text()}`, cluster, manifests: [text()] });
  const { judged } = judgeBeforeRerun({
    rerun: 'strict',
    specification: aSpecification(),
    firstControlPlaneByName: true,
    nodes: [{ probe, role: 'worker', isEtcd: false }],
  });
  const trouble = judged[0]?.trouble;
  if (trouble == null) throw new Error('There is nothing to ask about.');
  const { evidence, effect } = trouble;
  const does = whatResetDoes({ isEtcd: true, target: targetWith(text, host, { layout: 'root-dir' }) });
  const reset = { ...does, evidence: [...evidence, text(), text()], effect: `${effect} ${text()}` };
  return { kind: 'approval', plan: text(), hosts: [host], reset };
} // prettier-ignore

/** @param crowded with so many hosts that each has one line only */
export function progressWith(text: Texts, { crowded = false } = {}): ClusterProgress {
  const plan = planWith(text);
  const names = Object.keys(plan.storage);
  const [failed, running] = ['failed', 'running'].map(
    (state) => ({ step: text(), state, summary: `${text()} ${text()}` }) as StepProgress,
  ) as [StepProgress, StepProgress];
  const asked: Question = { kind: 'approval', plan: plan.digest ?? '', hosts: names };
  return {
    ...{ cluster: text(), phase: 'preparing', release: text(), controlHost: [failed, running] },
    hosts: names.slice(0, crowded ? undefined : 4).map((host, index) => ({
      ...{ host, state: index === 0 ? 'failed' : 'working', steps: [running, failed] },
    })),
    questions: [asked, deletionWith(text), resetWith(text), decisionWith(text)],
    refusals: [text(), text()],
    plan,
    report: crowded ? null : reportWith(text),
  };
}
