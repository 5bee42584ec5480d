import { type CheckResult, judge, listed } from '../checks/checks.js';
import type { HostFacts } from '../facts/facts.js';
import { arrayFstabLine, bindFstabLines, fstabHolds } from '../storage/fstab.js';
import { arrayLine, mdadmConfHolds } from '../storage/mdadm-conf.js';
import type { StorageTarget } from '../storage/storage-plan.js';
import { isMoved, memberSerials, runningArray } from '../storage/state.js';

/** What was read about step 7 beyond the facts. */
export interface StorageSeen {
  readonly facts: HostFacts;
  /** `none`: the machine starts without an initramfs. */
  readonly initramfs: 'none' | 'current' | 'outdated';
}

/** States in which md's array takes reads and writes (/sys/block/md0/md/array_state). */
const workingStates = ['clean', 'active', 'active-idle', 'write-pending'];

/** Judges step 7's outcome, as the host is now and as it will come back from the next restart. */
export function judgeStorage(host: string, target: StorageTarget, seen: StorageSeen): CheckResult[] {
  const { facts, initramfs } = seen;
  return [
    judgeArray(host, target, facts),
    judgeMount(host, target, facts),
    judge({
      check: 'fstab-line',
      host,
      passed: fstabHolds(facts.fstab, target),
      is: listed(facts.fstab.split('\n').filter((line) => line.includes('# slipway'))),
      shouldBe: listed([arrayFstabLine(target), ...bindFstabLines(target)]),
      advice: `Compare /etc/fstab on ${host} with the line that it should have; exactly these may carry Slipway's mark.`,
    }),
    judge({
      check: 'mdadm-conf',
      host,
      passed: mdadmConfHolds(facts.mdadmConf, target.array),
      is: listed((facts.mdadmConf ?? '').split('\n').filter((line) => line.startsWith('ARRAY'))),
      shouldBe: arrayLine(target.array),
      advice: `Put the line into /etc/mdadm/mdadm.conf on ${host} and run "update-initramfs -u -k all".`,
    }),
    judge({
      check: 'initramfs',
      host,
      passed: initramfs !== 'outdated',
      is: initramfs === 'outdated' ? 'not proven to hold the array' : initramfs,
      shouldBe: 'current: holds the array',
      advice: `Run "slipway up" again; it regenerates the initramfs on ${host} and looks into it.`,
    }),
    judgeData(host, target, facts),
  ];
}

function judgeArray(host: string, target: StorageTarget, facts: HostFacts): CheckResult {
  const array = runningArray(facts, target);
  const members = array === undefined ? [] : memberSerials(facts, array);
  const planned = target.disks.map(({ serial }) => serial).sort();
  return judge({
    check: 'raid-array',
    host,
    passed:
      array !== undefined &&
      array.device === target.array.device &&
      array.level === target.array.level &&
      workingStates.includes(array.state) &&
      members.join() === planned.join(),
    is:
      array === undefined
        ? `no array with UUID ${target.array.uuid}`
        : `${array.device}: ${array.level}, ${array.state}, of ${listed(members)}`,
    shouldBe: `${target.array.device}: ${target.array.level}, clean, of ${listed(planned)}`,
    advice: `See "cat /proc/mdstat" and "mdadm --detail ${target.array.device}" on ${host}.`,
  });
}

function judgeMount(host: string, target: StorageTarget, { mounts }: HostFacts): CheckResult {
  const mount = mounts.findLast((one) => one.target === target.mountPoint);
  const options = mount?.options.split(',') ?? [];
  const { uuid, type, mountOptions } = target.fileSystem;
  const discard = mountOptions.includes('discard');
  return judge({
    check: 'storage-mount',
    host,
    passed:
      mount?.uuid === uuid &&
      mount.fileSystem === type &&
      options.includes('rw') &&
      options.includes('discard') === discard,
    is:
      mount === undefined
        ? `nothing is mounted at ${target.mountPoint}`
        : `${mount.fileSystem} ${mount.uuid ?? 'without UUID'} (${mount.options})`,
    shouldBe: `${type} ${uuid} at ${target.mountPoint}, rw${discard ? ', discard' : ', without discard'}`,
    advice: `Run "mount ${target.mountPoint}" on ${host}; it reads "journalctl -u systemd-fsck*" where it fails.`,
  });
}

function judgeData(host: string, target: StorageTarget, facts: HostFacts): CheckResult {
  const placed = target.path === 'migrate' || target.layout === 'bind';
  const elsewhere = placed ? target.moves.filter((move) => !isMoved(facts, target, move)) : [];
  return judge({
    check: 'storage-data',
    host,
    passed: elsewhere.length === 0,
    is:
      elsewhere.length === 0
        ? 'in use from the array'
        : `not in use from the array: ${listed(elsewhere.map(({ from }) => from))}`,
    shouldBe: placed
      ? `${listed(target.moves.map(({ from, to }) => `${from} from ${to}`))}`
      : 'nothing to move',
    advice: `Run "slipway up" again; it goes on with step 7 on ${host}.`,
  });
}
