import { describe, expect, it } from 'vitest';
import { storageCommands } from '../../../src/cluster/storage/storage-commands.js';
import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import { steps, type StepName } from '../../../src/protocol/steps.js';
import { provideStorage, startUnits } from '../../../src/workflows/phases/provide-storage.js';
import type { HostRun } from '../../../src/workflows/running/host-run.js';
import { approvedBy } from '../../support/approved.js';
import { factsOf, freshFacts, storageOf } from '../../support/storage-facts.js';
import { applied } from '../../support/storage-plan-of.js';

/**
 * How the plan tells what a step does to a host: with what its commands begin. A step that is stopped at once when the
 * workflow is cancelled only looks, and needs no words. Two have none for another reason.
 */
const wordsOf: Partial<Record<StepName, (target: StorageTarget) => readonly string[]>> = {
  // It keeps copies beside the originals, and Slipway's own record.
  backUpFstab: () => [],
  stopAndDisableUnits: () => ['systemctl disable --now kubelet containerd'],
  requestReboot: () => ['systemctl reboot'],
  createRaidArray: () => ['mdadm --create /dev/md0 '],
  makeFileSystem: () => ['mkfs.ext4 '],
  updateFstab: (target) => [
    "echo 'UUID=",
    ...(target.path === 'fresh' ? bindLines(target) : []),
    'systemctl daemon-reload',
  ],
  mountData: (target) => [
    ...['mkdir -p /data', 'mount /data'],
    ...(target.path === 'migrate' || target.layout === 'root-dir'
      ? []
      : ['kubelet', 'containerd'].flatMap((name) => [
          `mkdir -p /data/${name}`,
          `mkdir -p /var/lib/${name}`,
          `mount /var/lib/${name}`,
        ])),
  ],
  writeMdadmConf: () => ["echo 'ARRAY "],
  regenerateInitramfs: () => ['update-initramfs -c -k all'],
  copyData: () =>
    ['kubelet', 'containerd'].flatMap((name) => [
      'rsync ',
      `mv -T /data/.slipway-${name}.partial /data/.slipway-${name}.verified`,
    ]),
  switchData: (target) => [
    ...['kubelet', 'containerd'].flatMap((name) => [
      `mv -T /var/lib/${name} /var/lib/${name}.slipway-old`,
      'rsync ',
      ...oldPlace(target, name),
      `mv -T /data/.slipway-${name}.verified /data/${name}`,
    ]),
    ...(target.layout === 'bind'
      ? [
          ...bindLines(target),
          ...['systemctl daemon-reload', 'mount /var/lib/kubelet', 'mount /var/lib/containerd'],
        ]
      : []),
  ],
  orderUnitsAfterMount: () => [
    ...['kubelet', 'containerd'].flatMap((name) => [
      `mkdir -p /etc/systemd/system/${name}.service.d`,
      "printf '[Unit]\\nRequiresMountsFor=/data",
    ]),
    'systemctl daemon-reload',
  ],
  // On a host without data Kubespray has started them, and the step finds nothing to do.
  startAndEnableUnits: ({ path }) =>
    path === 'migrate' ? ['systemctl enable --now containerd kubelet'] : [],
};

function bindLines({ layout }: StorageTarget): string[] {
  return layout === 'bind' ? ["echo '/data/kubelet ", "echo '/data/containerd "] : [];
}

/** What becomes of a directory's old place: an empty mount point, or a folder with what the kubelet needs there. */
function oldPlace({ layout }: StorageTarget, name: string): string[] {
  if (layout === 'bind') return [`mkdir -p /var/lib/${name}`];
  if (name !== 'kubelet') return [];
  return ['mkdir -p /var/lib/kubelet', ...Array.from({ length: 3 }, () => ['cp -a ', 'mv -T ']).flat()];
}

/** The steps that the workflow does call, until the units run, each as often as it is called. */
async function stepsOf(
  path: StorageTarget['path'],
  layout: StorageTarget['layout'],
): Promise<{ readonly called: readonly StepName[]; readonly target: StorageTarget }> {
  const facts = path === 'migrate' ? factsOf() : freshFacts();
  const storage = storageOf({ layout });
  const { target, digest } = applied(facts, storage);
  const called: StepName[] = [];
  const perform = (step: StepName) => {
    called.push(step);
    return Promise.resolve(step === 'gatherFacts' ? facts : null);
  };
  const run = { steps: { need: perform, run: perform }, storage: null } as unknown as HostRun;
  const host = { kind: 'local' as const, name: 'worker-1', cluster: 'test' };
  const approved = approvedBy('ann', digest);
  await provideStorage(run, { host, storage, approvedPlan: approved.digest, approved, approvalHours: 1 });
  if (!called.includes('startAndEnableUnits')) await startUnits(run.steps, host, target);
  return { called, target };
}

describe('the commands of a plan', () => {
  it.each([
    ['fresh', 'bind'],
    ['fresh', 'root-dir'],
    ['migrate', 'bind'],
    ['migrate', 'root-dir'],
  ] as const)('tell every change of step 7 in its order: %s, %s', async (path, layout) => {
    const { called, target } = await stepsOf(path, layout);
    const changing = called.filter((step) => steps[step].onCancel !== 'leave');
    expect(changing.filter((step) => !(step in wordsOf))).toEqual([]);
    const words = changing.flatMap((step) => wordsOf[step]?.(target) ?? []);
    const commands = storageCommands(target);
    expect(commands.map((command, index) => command.slice(0, words[index]?.length))).toEqual(words);
  });
});
