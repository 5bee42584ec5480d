import { expect } from 'vitest';
import { arrayFstabLine, bindFstabLines } from '../../../src/cluster/storage/fstab.js';
import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';

/** Something of step 7 that is broken on a host, and how step 9 tells of it. */
export interface Fault {
  readonly name: string;
  /** Shell text. */
  readonly break: string;
  readonly mend: string;
  /** Every failed check, as "check: what was seen", or a matcher of it. */
  readonly seen: readonly unknown[];
}

const dropIn = '/etc/systemd/system/kubelet.service.d/50-slipway-storage.conf';

/** Faults of a host on which the data was moved in the bind layout, and kubelet and containerd run. */
export function faultsOf(target: StorageTarget): readonly Fault[] {
  const [arrayLine, ...bindLines] = [arrayFstabLine(target), ...bindFstabLines(target)];
  const mounted = `storage-mount: ext4 ${target.fileSystem.uuid}`;
  return [
    {
      name: 'fstab has lost the line of the array',
      break: `cp -a /etc/fstab /root/fstab; sed -i '/# slipway:md0:/d' /etc/fstab`,
      mend: 'cp -a /root/fstab /etc/fstab',
      seen: [`fstab-line: ${bindLines.join(', ')}`],
    },
    {
      name: 'fstab has the line of the array twice',
      break: `cp -a /etc/fstab /root/fstab; line=$(grep '# slipway:md0:' /etc/fstab); echo "$line" >> /etc/fstab`,
      mend: 'cp -a /root/fstab /etc/fstab',
      seen: [`fstab-line: ${[arrayLine, ...bindLines, arrayLine].join(', ')}`],
    },
    {
      name: 'mdadm.conf has lost the line of the array',
      break: `cp -a /etc/mdadm/mdadm.conf /root/; sed -i '/^ARRAY/d' /etc/mdadm/mdadm.conf`,
      mend: 'cp -a /root/mdadm.conf /etc/mdadm/mdadm.conf',
      seen: ['mdadm-conf: none', 'initramfs: not proven to hold the array'],
    },
    {
      name: 'the file system is mounted without discard',
      break: `mount -o remount,nodiscard ${target.mountPoint}`,
      mend: `mount -o remount,discard ${target.mountPoint}`,
      seen: [expect.stringMatching(new RegExp(`^${mounted} \\(rw,(?!.*discard)`))],
    },
    {
      name: 'the file system is mounted read-only',
      break: `mount -o remount,bind,ro ${target.mountPoint}`,
      mend: `mount -o remount,bind,rw ${target.mountPoint}`,
      seen: [expect.stringMatching(new RegExp(`^${mounted} \\(ro,`))],
    },
    {
      name: 'units do not wait for their mounts after the next restart',
      break: `mv ${dropIn} /root/; systemctl daemon-reload`,
      mend: `mv /root/50-slipway-storage.conf ${dropIn}; systemctl daemon-reload`,
      seen: [`mount-order: kubelet does not wait for ${target.mountPoint} and /var/lib/kubelet`],
    },
    {
      name: 'a mount came after the units',
      break: 'umount -l /var/lib/containerd && mount /var/lib/containerd',
      mend: 'systemctl restart containerd kubelet',
      seen: [
        'mount-order: containerd started before var-lib-containerd.mount, ' +
          'kubelet started before var-lib-containerd.mount',
      ],
    },
    {
      name: 'a directory is not mounted, and the units are stopped',
      break: 'systemctl stop kubelet containerd && umount /var/lib/containerd',
      mend: 'mount /var/lib/containerd && systemctl start containerd kubelet',
      seen: [
        'unit-containerd: inactive (dead), enabled',
        'unit-kubelet: inactive (dead), enabled',
        'storage-data: not in use from the array: /var/lib/containerd',
      ],
    },
  ];
}
