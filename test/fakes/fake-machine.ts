import { ApplicationFailure } from '@temporalio/common';
import type { BlockDevice, HostFacts } from '../../src/cluster/facts/facts.js';
import { editFstab, type EditedText } from '../../src/cluster/storage/fstab.js';
import { editMdadmConf } from '../../src/cluster/storage/mdadm-conf.js';
import { storageDigest } from '../../src/cluster/storage/make-storage-plan.js';
import type { NodeProbe } from '../../src/cluster/rerun/node-probe.js';
import { recheckDisks } from '../../src/cluster/storage/recheck-disks.js';
import type { StorageTarget } from '../../src/cluster/storage/storage-plan.js';
import { storageDifferences } from '../../src/cluster/storage/storage-differences.js';
import type { StepName } from '../../src/protocol/steps.js';
import { aDisk, aProbe, someFacts } from '../support/builders.js';

const mdadmConfOf = (text: string | null, { array }: StorageTarget) => textOf(editMdadmConf(text, array));

/**
 * One machine that exists only as what activities would find on it: each step of step 7 leaves its own trace, needs the
 * traces of those before it as the real one does, and finds out whether it is done already by looking.
 */
export class FakeMachine {
  disks = 2;
  /** The first letter of their serial numbers. */
  serials = 'S';
  /** kubelet and containerd run on it and have data. */
  hasData = false;
  runsEtcd = false;
  reboots = 0;
  /** Steps that change something and have come to their end. */
  readonly done = new Set<string>();
  unitsAreOff = false;
  /** What kubeadm has left on it. */
  kubeadm: Partial<NodeProbe> = {};
  /** What step 7 has kept of each moved directory; 0: nothing. */
  oldBytes = 0;
  private array: StorageTarget | null = null;
  private hasFileSystem = false;
  private fstab = '';
  private isMounted = false;
  private mdadmConf: string | null = null;
  /** What mdadm.conf held when the initramfs was made. */
  private initramfs: string | null = null;
  private isCopied = false;
  private isMoved = false;
  private isOrdered = false;
  private proven: string | null = null;

  constructor(readonly host: string) {}

  /** Everything that lasts; how often it was restarted is nobody's concern. */
  state(): object {
    const { done, ...rest } = this;
    return { ...rest, reboots: undefined, effects: undefined, done: [...done].sort() };
  }

  restart(): void {
    this.reboots += 1;
    this.isMounted = this.hasFileSystem && this.fstab !== '';
  }

  /** Does a step of step 7. @returns whether it changed anything; undefined for a step that is none of step 7's */
  apply(step: StepName, target: StorageTarget): boolean | undefined {
    return this.effects[step]?.(target);
  }

  private readonly effects: Partial<Record<StepName, (target: StorageTarget) => boolean>> = {
    stopAndDisableUnits: () => {
      if (this.isMoved || this.unitsAreOff || !this.hasData) return false;
      return (this.unitsAreOff = true);
    },
    confirmDirectoriesUnused: () => {
      this.require(this.isMoved || this.unitsAreOff, 'The directories are in use.');
      return false;
    },
    selectDisks: (target) => {
      const problems = recheckDisks(this.facts(), target).flatMap((disk) => disk.problems);
      this.require(problems.length === 0, problems.join(' '));
      return false;
    },
    createRaidArray: (target) => {
      if (this.array !== null) return false;
      this.array = target;
      return true;
    },
    makeFileSystem: () => {
      this.require(this.array !== null, 'The planned array does not run.');
      if (this.hasFileSystem) return false;
      return (this.hasFileSystem = true);
    },
    updateFstab: (target) => this.writeFstab(target, target.path === 'fresh'),
    mountData: () => {
      this.require(this.hasFileSystem && this.fstab !== '', 'There is nothing to mount.');
      if (this.isMounted) return false;
      return (this.isMounted = true);
    },
    writeMdadmConf: (target) => {
      const text = mdadmConfOf(this.mdadmConf, target);
      if (text === this.mdadmConf) return false;
      this.mdadmConf = text;
      return true;
    },
    regenerateInitramfs: () => {
      this.require(this.mdadmConf !== null, 'There is no mdadm.conf.');
      if (this.initramfs === this.mdadmConf) return false;
      this.initramfs = this.mdadmConf;
      return true;
    },
    copyData: () => {
      this.require(this.isMounted, 'The planned file system is not mounted.');
      this.require(this.isMoved || this.unitsAreOff, 'Something writes into the directories.');
      if (this.isMoved || this.isCopied) return false;
      return (this.isCopied = true);
    },
    switchData: (target) => {
      this.require(this.isMounted, 'The planned file system is not mounted.');
      this.require(this.isCopied, 'The data has not been copied.');
      const isWritten = this.writeFstab(target, true);
      if (this.isMoved) return isWritten;
      this.oldBytes = 1_000_000;
      return (this.isMoved = true);
    },
    orderUnitsAfterMount: () => {
      if (this.isOrdered) return false;
      return (this.isOrdered = true);
    },
    confirmStorage: (target) => {
      const problems = storageDifferences(this.facts(), target);
      this.require(problems.length === 0, problems.join(' '));
      this.require(this.initramfs === this.mdadmConf && this.isOrdered, 'It would not come back.');
      const digest = storageDigest(target);
      if (this.proven === digest) return false;
      this.proven = digest;
      return true;
    },
    undoStorage: (target) => {
      this.require(!this.isMoved, 'The data is on the array already.');
      const isBegun = this.unitsAreOff || this.fstab !== '';
      this.isMounted = false;
      this.unitsAreOff = false;
      this.fstab = '';
      this.mdadmConf = null;
      this.initramfs = null;
      this.isCopied &&= target.path === 'migrate';
      return isBegun;
    },
    deleteOldData: () => {
      this.require(this.isMoved, 'The data is not in use from its new place.');
      if (this.oldBytes === 0) return false;
      this.oldBytes = 0;
      return true;
    },
    startAndEnableUnits: () => {
      if (!this.unitsAreOff) return false;
      this.require(this.isMoved, 'kubelet would begin anew in an empty directory.');
      this.unitsAreOff = false;
      return true;
    },
  };

  probe(): NodeProbe {
    return aProbe({ host: this.host, machineId: `machine-${this.host}`, ...this.kubeadm });
  }

  /** The facts as they would be read now. */
  facts(): HostFacts {
    const { host, hasData, isMoved, array } = this;
    const isBound = isMoved && array?.layout === 'bind';
    return {
      ...someFacts({
        hostname: host,
        machineId: `machine-${host}`,
        bootId: `boot-${this.reboots}`,
        fstab: this.fstab,
        mdadmConf: this.mdadmConf,
        dataDirectories: ['/var/lib/kubelet', '/var/lib/containerd'].map((path) => ({
          path,
          exists: hasData,
          mounted: isBound,
          moved: isMoved,
          symlinkTo: null,
          entries: hasData ? 3 : 0,
          bytes: hasData ? 1_000_000 : 0,
          oldCopy: this.oldBytes > 0 ? `${path}.slipway-old` : null,
        })),
        units: [
          ...['kubelet', 'containerd'].map((name) => ({
            name,
            load: hasData ? 'loaded' : 'not-found',
            active: hasData && !this.unitsAreOff ? 'active' : 'inactive',
            enabled: hasData ? (this.unitsAreOff ? 'disabled' : 'enabled') : '',
          })),
          ...(this.runsEtcd ? [{ name: 'etcd', load: 'loaded', active: 'active', enabled: 'enabled' }] : []),
        ],
        blockDevices: this.blockDevices(),
        provenStorage: this.proven,
      }),
      ...(array !== null && { arrays: [runningArray(array, this.blockDevices())] }),
      ...(array !== null && this.isMounted && { mounts: mountsOf(array, isBound) }),
    };
  }

  private blockDevices(): BlockDevice[] {
    const { array } = this;
    const disks = Array.from({ length: this.disks }, (_, index) => {
      const serial = `${this.host}-${this.serials}${index}`;
      const isMember = array?.disks.some((disk) => disk.serial === serial) ?? false;
      return aDisk({
        name: `nvme${index}n1`,
        serial,
        byId: [`/dev/disk/by-id/nvme-${serial}`],
        ...(isMember &&
          array && { signature: 'linux_raid_member', uuid: array.array.uuid, holders: [array.array.name] }),
      });
    });
    if (array === null) return disks;
    const { fileSystem, mountPoint } = array;
    const content = this.hasFileSystem && { signature: fileSystem.type, uuid: fileSystem.uuid };
    const device = aDisk({
      name: array.array.name,
      type: array.array.level,
      serial: null,
      ...content,
      mountPoints: this.isMounted ? [mountPoint] : [],
      byId: [],
    });
    return [...disks, device];
  }

  private writeFstab(target: StorageTarget, binds: boolean): boolean {
    const text = textOf(editFstab({ fstab: this.fstab, target, binds }));
    if (text === this.fstab) return false;
    this.fstab = text;
    return true;
  }

  private require(isSo: boolean, why: string): void {
    if (isSo) return;
    throw ApplicationFailure.nonRetryable(`${this.host}: ${why}`, 'NotProvenError');
  }
}

function textOf(edited: EditedText): string {
  if (edited.kind === 'refused') throw ApplicationFailure.nonRetryable(edited.why, 'RefusedError');
  return edited.text;
}

function runningArray({ array, disks }: StorageTarget, devices: readonly BlockDevice[]) {
  const members = devices.filter(({ serial }) => disks.some((disk) => disk.serial === serial));
  return {
    device: array.device,
    level: array.level,
    uuid: array.uuid,
    name: array.name,
    members: members.map(({ name }) => name),
    state: 'clean',
  };
}

function mountsOf({ array, fileSystem, mountPoint, moves }: StorageTarget, isBound: boolean) {
  const places = [mountPoint, ...(isBound ? moves.map(({ from }) => from) : [])];
  return places.map((target) => ({
    target,
    source: array.device,
    fileSystem: fileSystem.type,
    options: 'rw',
    uuid: fileSystem.uuid,
  }));
}
