import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrayFstabLine,
  bindFstabLines,
  editFstab,
  fstabHolds,
  readFstabRecord,
  undoFstab,
} from '../../../src/cluster/storage/fstab.js';
import { planStorage } from '../../../src/cluster/storage/make-storage-plan.js';
import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import { factsOf, storageOf } from '../../support/storage-facts.js';

function targetOf(): StorageTarget {
  const plan = planStorage({ facts: factsOf(), host: 'worker-1', storage: storageOf() });
  if (plan.kind !== 'apply') throw new Error('No target');
  return plan.target;
}

const target = targetOf();
const root = 'UUID=11111111-2222-3333-4444-555555555555 / ext4 defaults 0 1\n';

function edited(fstab: string, binds: boolean): string {
  const result = editFstab({ fstab, target, binds });
  if (result.kind !== 'text') throw new Error(result.why);
  return result.text;
}

describe('editFstab', () => {
  it('adds one marked line by UUID with nofail, and keeps the rest', () => {
    const text = edited(`# a comment\n\n${root}`, false);
    expect(text).toBe(
      `# a comment\n\n${root}UUID=${target.fileSystem.uuid} /data ext4 defaults,nofail,discard 0 2 # slipway:md0:migrate:bind\n`,
    );
  });

  it('adds the binds when they are wanted, and keeps them when they are not mentioned', () => {
    const text = edited(edited(root, false), true);
    expect(text).toContain(
      '/data/kubelet /var/lib/kubelet none bind,nofail,x-systemd.requires-mounts-for=/data 0 0 # slipway-bind:md0\n',
    );
    expect(text.split('\n').filter((line) => line.includes('slipway'))).toHaveLength(3);
    expect(fstabHolds(text, target)).toBe(true);
    expect(edited(text, false)).toBe(text);
  });

  it('changes nothing when it is repeated, whatever else is in the file', () => {
    const line = fc.constantFrom(
      '',
      '# comment',
      'proc /proc proc defaults 0 0',
      '/dev/sda2 none swap sw 0 0',
      arrayFstabLine(target),
      ...bindFstabLines(target),
    );
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), (lines, binds) => {
        const once = edited(lines.join('\n'), binds);
        expect(edited(once, binds)).toBe(once);
        const own = once.split('\n').filter((text) => text === arrayFstabLine(target));
        expect(own).toHaveLength(1);
        for (const foreign of lines.filter((text) => !text.includes('slipway') && text !== '')) {
          expect(once.split('\n')).toContain(foreign);
        }
      }),
    );
  });

  it('replaces its own outdated line instead of adding another', () => {
    const outdated = edited(root, false).replace(',discard', '');
    expect(edited(outdated, false)).toBe(edited(root, false));
  });

  it.each([
    '/dev/sdb1 /data ext4 defaults 0 0',
    '/dev/sdb1 /var/lib/kubelet ext4 defaults 0 0',
    `UUID=${target.fileSystem.uuid} /elsewhere ext4 defaults 0 0`,
  ])('refuses beside a line of somebody else: %s', (line) => {
    expect(editFstab({ fstab: `${root}${line}\n`, target, binds: false })).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining(line) as string,
    });
  });

  it('takes no notice of a line that is commented out', () => {
    expect(edited(`#/dev/sdb1 /data ext4 defaults 0 0\n`, false)).toContain(arrayFstabLine(target));
  });
});

describe('readFstabRecord', () => {
  it('reads back what the marked line says, and nothing where there is none', () => {
    expect(readFstabRecord(edited(root, true))).toEqual({
      arrayName: 'md0',
      path: 'migrate',
      layout: 'bind',
      mountPoint: '/data',
      fileSystemUuid: target.fileSystem.uuid,
    });
    expect(readFstabRecord(root)).toBeNull();
    expect(readFstabRecord(`#${arrayFstabLine(target)}\n`)).toBeNull();
  });
});

describe('undoFstab', () => {
  const foreign = '/dev/sdb1 /srv ext4 defaults 0 0 # mine';
  const line = fc.constantFrom(
    '',
    ' ',
    '# comment',
    '\t# slipway is mentioned here',
    'proc /proc proc defaults 0 0\r',
    '/dev/sda2 none swap sw 0 0',
    'UUID=11111111-2222-3333-4444-555555555555 / ext4 defaults 0 1',
    'LABEL=Straße /mnt/ä ext4 defaults 0 0 # slipway:md7:fresh:bind',
  );
  /** Any file: with or without a last newline, blank lines at its end, carriage returns. */
  const anyFstab = fc
    .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('', '\n', '\n\n', '\r\n'))
    .map(([lines, end]) => `${lines.join('\n')}${end}`);
  const runs = { numRuns: 300, seed: 7 };

  it('tells for any fstab that the backup is to be put back, when only the edit was made', () => {
    fc.assert(
      fc.property(anyFstab, fc.boolean(), (before, binds) => {
        expect(undoFstab({ fstab: edited(before, binds), before, target })).toEqual({ kind: 'exact' });
      }),
      runs,
    );
  });

  it("keeps a line that somebody else has added in between, wherever it is, and every other but Slipway's own", () => {
    fc.assert(
      fc.property(anyFstab, fc.boolean(), fc.nat(20), (before, binds, where) => {
        const lines = edited(before, binds).split('\n');
        const others = edited(before, false)
          .split('\n')
          .filter((text) => text !== arrayFstabLine(target));
        const place = where % lines.length;
        lines.splice(place, 0, foreign);
        const undone = undoFstab({ fstab: lines.join('\n'), before, target });
        if (undone.kind !== 'lines') throw new Error(undone.kind);
        const left = undone.text.split('\n');
        expect(left.filter((text) => text !== foreign)).toEqual(others);
        expect(left).toContain(foreign);
        expect(undoFstab({ fstab: undone.text, before, target })).toEqual({ kind: 'untouched' });
      }),
      runs,
    );
  });

  it('takes out its own lines where there is no backup, and leaves a file alone that has none', () => {
    const undone = undoFstab({ fstab: edited(root, true), before: undefined, target });
    expect(undone).toEqual({ kind: 'lines', text: root });
    expect(undoFstab({ fstab: root, before: undefined, target })).toEqual({ kind: 'untouched' });
    expect(undoFstab({ fstab: root, before: `${root}${foreign}\n`, target })).toEqual({ kind: 'untouched' });
  });
});
