import { describe, expect, it } from 'vitest';
import { parseDigests, planSampleInventory } from '../../../src/cluster/kubespray/sample-inventory.js';

type Texts = Readonly<Record<string, string>>;
const files = (texts: Texts) => new Map(Object.entries(texts));

/** @param recorded undefined: nobody has written down what the sample was; then `pristine` are Kubespray's own files */
const plan = (sample: Texts, inventory: Texts, recorded?: Texts, pristine: readonly string[] = []) =>
  planSampleInventory({
    sample: files(sample),
    inventory: files(inventory),
    recorded: recorded && files(recorded),
    pristine: new Set(pristine),
  });
const nothing = { write: [], remove: [], edited: [] };

describe('planSample', () => {
  it('does nothing where the sample is the one that was copied, whatever has become of the copy', () => {
    const sample = { a: '1', b: '1', c: '1' };
    expect(plan(sample, { a: '1', b: 'mine', 'slipway.yml': 's' }, sample)).toEqual(nothing);
  });

  it('takes over what the new sample has, lacks and has added, and leaves alone what is not of the sample', () => {
    const inventory = { a: '1', b: '1', gone: '1', 'hosts.yaml': 'h', 'all/slipway.yml': 's', mine: 'm' };
    expect(plan({ a: '2', b: '1', added: '2' }, inventory, { a: '1', b: '1', gone: '1' })).toEqual({
      write: ['a', 'added'],
      remove: ['gone'],
      edited: [],
    });
  });

  it('keeps what was changed by hand where the sample has stayed the same, or has the file no longer', () => {
    expect(plan({ a: '1', b: '2' }, { a: 'mine', b: '1', c: 'mine' }, { a: '1', b: '1', c: '1' })).toEqual({
      ...nothing,
      write: ['b'],
    });
  });

  it('names what was changed by hand and has changed in the sample as well', () => {
    expect(plan({ a: '2', b: '2' }, { a: 'mine', b: '1' }, { a: '1', b: '1' }).edited).toEqual(['a']);
    expect(plan({ a: '2', added: '2' }, { a: '2', added: 'mine' }, { a: '1' }).edited).toEqual(['added']);
    expect(plan({ a: '2' }, {}, { a: '1' }), 'after it was moved away').toEqual({ ...nothing, write: ['a'] });
  });

  it('never takes hosts.yaml from a sample', () => {
    expect(plan({ 'hosts.yaml': '2' }, { 'hosts.yaml': 'h' }, {})).toEqual(nothing);
  });
});

describe('planSample, where nobody has written down what was copied', () => {
  it('does nothing where all of the sample is there, and names what is neither its own nor Kubespray’s', () => {
    expect(plan({ a: '1', b: '1' }, { a: '1', b: '1', c: 'm' }, undefined, ['a', 'b'])).toEqual(nothing);
    expect(plan({ a: '1', b: '1' }, { a: '1', b: 'mine' }, undefined, ['a'])).toEqual({
      ...nothing,
      edited: ['b'],
    });
  });

  it('takes over files that are Kubespray’s own of another release, and names those that are nobody’s', () => {
    const inventory = { a: '1', b: '1', gone: '1', mine: 'm', c: 'mine' };
    expect(plan({ a: '2', b: '1', c: '2' }, inventory, undefined, ['a', 'b', 'gone'])).toEqual({
      write: ['a'],
      remove: ['gone'],
      edited: ['c'],
    });
  });

  it('names all that differs when nothing in it is known', () => {
    expect(plan({ a: '2', b: '1' }, { a: '1', b: '1' }, undefined)).toEqual({ ...nothing, edited: ['a'] });
  });
});

describe('parseDigests', () => {
  it('reads what sha256sum prints, and passes over all else', () => {
    const digest = 'a'.repeat(64);
    const text = `# of v2.24.1\n${digest}  ./group_vars/all/all.yml\n\\${digest}  ./odd\\nname\nx  ./y\n${digest}  ./a b\n`;
    expect([...parseDigests(text)]).toEqual([
      ['group_vars/all/all.yml', digest],
      ['a b', digest],
    ]);
  });
});
