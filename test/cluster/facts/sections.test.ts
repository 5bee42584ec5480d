import { describe, expect, it } from 'vitest';
import {
  blocksOf,
  FactsError,
  jsonOf,
  linesOf,
  pairsOf,
  splitSections,
  textOf,
} from '../../../src/cluster/facts/sections.js';

const mark = '@@1';
const read = (text: string) => splitSections(`${text}\n${mark} end\n`, mark);
const withSection = (text: string) => read(`${mark} one\n${text}\n`);

describe('the sections of an answer', () => {
  it('have their text as it was, but for the newline before the next mark', () => {
    const sections = read(`noise\n${mark} one\n a\n\n\n${mark} two\n${mark} three`);
    expect(sections.get('one')).toBe(' a\n\n');
    expect(sections.get('two')).toBe('');
    expect([...sections.keys()]).toEqual(['one', 'two', 'three', 'end']);
  });

  it('are begun by the mark of this run at the beginning of a line only', () => {
    expect([...withSection(`x ${mark} two\n@@2 three`).keys()]).toEqual(['one', 'end']);
  });

  it('are refused without the last one', () => {
    expect(() => splitSections(`${mark} one\nend`, mark)).toThrow(FactsError);
  });
});

describe('a section', () => {
  it('is read as text and as lines without white space', () => {
    expect(textOf(withSection('  a\n\n b \n'), 'one')).toBe('a\n\n b');
    expect(linesOf(withSection('  a\n\n b \n'), 'one')).toEqual(['a', 'b']);
    expect(linesOf(withSection(''), 'one')).toEqual([]);
    expect(textOf(withSection('a'), 'other')).toBe('');
  });

  it('is read as blocks, of which each begins with a key; what comes before the first is none', () => {
    const text = 'CODE=1\nDEVICE=a\nCODE=2\nTYPE=x=y\nDEVICE=b';
    expect(blocksOf(withSection(text), 'one', 'DEVICE')).toEqual([
      { DEVICE: 'a', CODE: '2', TYPE: 'x=y' },
      { DEVICE: 'b' },
    ]);
  });

  it('is read as pairs, of which one may have several ends', () => {
    expect([...pairsOf(withSection('a 1\nb 2\na 3\nc'), 'one')]).toEqual([
      ['a', ['1', '3']],
      ['b', ['2']],
      ['c', ['']],
    ]);
  });

  it('is read as JSON, none where the tool gave nothing, and refused by its name where it is none', () => {
    expect(jsonOf(withSection('{"a":[1]}'), 'one')).toEqual({ a: [1] });
    expect(jsonOf(withSection(''), 'one')).toBeUndefined();
    expect(() => jsonOf(withSection('lsblk: error'), 'one')).toThrow('"one" is not JSON');
  });
});
