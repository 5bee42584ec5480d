import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  arrayLine,
  editMdadmConf,
  mdadmConfHolds,
  mdadmConfIsMarked,
  undoMdadmConf,
} from '../../../src/cluster/storage/mdadm-conf.js';

const array = {
  name: 'md0',
  device: '/dev/md0',
  level: 'raid0',
  uuid: 'a96501a3:955faf1e:06f8087d:503e8c36',
} as const;
const line = 'ARRAY /dev/md/0 metadata=1.2 UUID=a96501a3:955faf1e:06f8087d:503e8c36';

function edited(conf: string | null): string {
  const result = editMdadmConf(conf, array);
  if (result.kind !== 'text') throw new Error(result.why);
  return result.text;
}

describe('editMdadmConf', () => {
  it("keeps the operator's lines and adds one for the array", () => {
    const conf = '# mine\nMAILADDR ops@example.com\nARRAY /dev/md/9 UUID=1:2:3:4\n';
    const text = edited(conf);
    expect(text.startsWith(conf)).toBe(true);
    expect(text.split('\n').filter((one) => one === line)).toHaveLength(1);
    expect(edited(text)).toBe(text);
  });

  it("replaces what mkconf wrote for the same array under the kernel's name", () => {
    const text = edited(`ARRAY /dev/md127 metadata=1.2 UUID=${array.uuid.toUpperCase()} name=host:0\n`);
    expect(text).not.toContain('md127');
    expect(mdadmConfHolds(text, array)).toBe(true);
  });

  it('writes a whole file where there is none', () => {
    expect(edited(null)).toMatch(/^HOMEHOST <system>\nMAILADDR root\n/);
    expect(arrayLine(array)).toBe(line);
  });

  it('refuses when another array has the name', () => {
    expect(editMdadmConf('ARRAY /dev/md0 UUID=1:2:3:4\n', array).kind).toBe('refused');
  });
});

describe('undoMdadmConf', () => {
  const foreign = 'MAILADDR ops@example.com';
  const someLine = fc.constantFrom(
    '',
    '# mine',
    'HOMEHOST <system>\r',
    'ARRAY /dev/md/9 UUID=1:2:3:4',
    `ARRAY /dev/md127 metadata=1.2 UUID=${array.uuid} name=host:0`,
    line,
  );
  const anyConf = fc.option(
    fc
      .tuple(fc.array(someLine, { maxLength: 5 }), fc.constantFrom('', '\n', '\n\n'))
      .map(([lines, end]) => `${lines.join('\n')}${end}`),
  );
  const runs = { numRuns: 300, seed: 7 };

  it('tells for any file, and for none, that what was there is to be put back, when only the edit was made', () => {
    fc.assert(
      fc.property(anyConf, (before) => {
        expect(undoMdadmConf({ conf: edited(before), before, array })).toEqual({ kind: 'exact' });
      }),
      runs,
    );
  });

  it('keeps a line that somebody else has added in between, and removes its own', () => {
    fc.assert(
      fc.property(anyConf, fc.nat(20), (before, where) => {
        const lines = edited(before).split('\n');
        lines.splice(where % lines.length, 0, foreign);
        const undone = undoMdadmConf({ conf: lines.join('\n'), before, array });
        const left = undone.kind === 'lines' ? undone.text : lines.join('\n');
        expect(left).toContain(foreign);
        expect(mdadmConfIsMarked(left)).toBe(false);
        const wasThere = before?.split('\n').includes(line) ?? false;
        expect(left.split('\n').includes(line)).toBe(wasThere);
      }),
      runs,
    );
  });

  it('takes out its own lines where nobody knows what was there', () => {
    expect(undoMdadmConf({ conf: edited('# mine\n'), before: undefined, array })).toEqual({
      kind: 'lines',
      text: '# mine\n',
    });
  });
});
