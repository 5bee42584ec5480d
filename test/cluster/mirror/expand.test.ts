import { describe, expect, it } from 'vitest';
import { expand } from '../../../src/cluster/mirror/expand.js';

const variables = new Map([
  ['host', 'files.lan'],
  ['base', 'http://{{ host }}'],
  ['self', '{{ self }}/x'],
]);
const put = (text: string) => expand(text, (name) => variables.get(name));

describe('expand', () => {
  it.each([
    ['plain', 'plain'],
    ['{{ base }}/a-{{host}}', 'http://files.lan/a-files.lan'],
    ['{{ missing }}', undefined],
    ['{{ self }}', undefined],
    ['{{ host | upper }}', undefined],
    ['{% if host %}a{% endif %}', undefined],
  ])('makes of %j %j', (text, expected) => {
    expect(put(text)).toBe(expected);
  });
});
