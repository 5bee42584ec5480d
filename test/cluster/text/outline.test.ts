import { describe, expect, it } from 'vitest';
import { namesText, outlineMarkdown, outlineText } from '../../../src/cluster/text/outline.js';

const sections = [
  {
    heading: 'Hosts',
    items: [
      { text: 'node1', items: [{ text: 'done', code: ['mkfs /dev/md0\n  -q', 'mount'] }] },
      { text: 'node*2\u001b[2J' },
    ],
  },
  { heading: 'Checks', items: [] },
];

describe('an outline', () => {
  it('is indented for terminals, with commands as they are and nothing that moves the cursor', () => {
    expect(outlineText(sections).split('\n')).toEqual([
      ...['Hosts', '  node1', '    done'],
      ...['      mkfs /dev/md0', '        -q', '      mount'],
      ...['  node*2', '', 'Checks'],
    ]);
  });

  it('is a list for the UI, with commands fenced beneath their line and all else escaped', () => {
    const [first = ''] = outlineMarkdown(sections).split('\n\n**Checks**');
    expect(first.split('\n').slice(0, 9)).toEqual([
      ...['**Hosts**', '', '- node1', '  - done'],
      ...['    ```', '    mkfs /dev/md0', '      -q', '    mount', '    ```'],
    ]);
    expect(first.split('\n').at(-1)).toMatch(/^- node\\\*2/);
  });
});

describe('names for one line', () => {
  it('are all of them, or so many and how many more', () => {
    expect(namesText(['a', 'b'], 2)).toBe('a, b');
    expect(namesText(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
    expect(namesText(Array.from({ length: 12 }, (_, index) => `n${index}`))).toMatch(
      /^n0, .*, n9 and 2 more$/,
    );
    expect(namesText([])).toBe('');
  });
});
