import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import type { EphemeralStorage } from '../../../src/cluster/specification/specification.js';
import { blankDisk, factsOf, freshFacts, stagesOf, storageOf } from '../../support/storage-facts.js';
import { plan, applied } from '../../support/storage-plan-of.js';

describe('a plan made anew in the middle of the work', () => {
  const cases: [string, HostFacts, EphemeralStorage][] = [
    ['migration, bind', factsOf(), storageOf()],
    ['migration, root-dir', factsOf(), storageOf({ layout: 'root-dir' })],
    ['fresh, root-dir', freshFacts(), storageOf()],
    ['fresh, bind', freshFacts(), storageOf({ layout: 'bind' })],
    ['raid1', factsOf(), storageOf({ level: 'raid1' })],
    ['named disks', factsOf(), storageOf({ disks: { serials: ['BBB', 'AAA'] } })],
  ];

  it.each(cases)(
    'has the same digest at every stage, and is satisfied at the end: %s',
    (_, start, storage) => {
      const { target, digest } = applied(start, storage);
      const kinds = stagesOf(start, target).map(({ name, facts }) => {
        const made = plan(facts, storage);
        if (made.kind !== 'apply' && made.kind !== 'satisfied')
          throw new Error(`${name}: ${JSON.stringify(made)}`);
        expect(made.digest, name).toBe(digest);
        expect({ ...made.target, disks: [] }, name).toEqual({ ...target, disks: [] });
        return `${name}: ${made.kind}`;
      });
      expect(kinds.slice(-2)).toEqual(['units started: satisfied', 'old copies deleted: satisfied']);
      expect(kinds.slice(0, -3).filter((kind) => kind.endsWith('satisfied'))).toEqual([]);
    },
  );

  it('does not change its mind because more disks have appeared', () => {
    const { target, digest } = applied(factsOf());
    const more = [
      blankDisk('nvme7n1', '000', { size: 9 * 1024 ** 3 }),
      blankDisk('nvme8n1', '001', { size: 9 * 1024 ** 3 }),
    ];
    const begun = stagesOf(factsOf(), target).slice(
      stagesOf(factsOf(), target).findIndex(({ name }) => name.startsWith('superblocks')),
    );
    for (const { name, facts } of begun) {
      const made = plan({ ...facts, blockDevices: [...more, ...facts.blockDevices] });
      expect(made, name).toMatchObject({ digest });
    }
  });

  it('is asked for again when the proof on the host is of another plan', () => {
    const { target } = applied(factsOf());
    const done = stagesOf(factsOf(), target).at(-1)?.facts ?? factsOf();
    expect(plan(done).kind).toBe('satisfied');
    expect(plan({ ...done, provenStorage: 'sha256:0' }).kind).toBe('apply');
    expect(plan({ ...done, fstab: '' }).kind).not.toBe('satisfied');
    const mounts = done.mounts.filter((mount) => mount.target !== '/data');
    expect(plan({ ...done, mounts }).kind).toBe('apply');
  });
});

describe('what a plan says', () => {
  it('is nothing where no storage is asked for', () => {
    expect(plan(factsOf(), false)).toEqual({ kind: 'none' });
  });

  it('binds in a migration, is as documented on a fresh host, and discards only on disks that do not rotate', () => {
    expect(applied(factsOf()).target).toMatchObject({ path: 'migrate', layout: 'bind' });
    const fresh = applied(freshFacts());
    expect(fresh.target).toMatchObject({ path: 'fresh', layout: 'root-dir' });
    expect(applied(factsOf()).advice.join(' ')).toMatch(
      /not drained: .* emptyDir .* five minutes; then .* evicts/,
    );
    expect(fresh.advice.join(' ')).not.toContain('drained');
    expect(fresh.target.fileSystem.mountOptions).toEqual(['defaults', 'nofail', 'discard']);
    const rotating = freshFacts({
      blockDevices: ['AAA', 'BBB'].map((serial, index) =>
        blankDisk(`sd${index}`, serial, { rotational: true, transport: 'sas' }),
      ),
    });
    const spun = applied(rotating, storageOf({ disks: { kind: 'any' } }));
    expect(spun.target.fileSystem.mountOptions).toEqual(['defaults', 'nofail']);
  });

  it('shows the commands, with names that no restart changes', () => {
    const { commands, bytesToCopy } = applied(factsOf());
    expect(bytesToCopy).toBe(2_000_000);
    expect(commands.join('\n')).toMatch(
      /mdadm --create \/dev\/md0 --level=raid0 .*\/dev\/disk\/by-id\/nvme-Test_disk_AAA \/dev\/disk\/by-id\/nvme-Test_disk_BBB/,
    );
    expect(commands.join('\n')).not.toMatch(/nvme[0-9]n1|--force|wipefs|--run/);
  });
});
