import { describe, expect, it } from 'vitest';
import { isPlainText, isAnsibleTemplate } from '../../../src/cluster/values/ansible-template.js';

describe('a value of a variable', () => {
  it.each(['{{ mine }}', 'a {% if b %}c{% endif %}', 'before {{after'])(
    'is a template where Ansible makes it: %s',
    (value) => {
      expect(isAnsibleTemplate(value)).toBe(true);
      expect(isPlainText(value)).toBe(false);
    },
  );

  it.each(['', 'calico', '{ "a": 1 }', '{a}', '} }'])(
    'is plain text where it stands as it is: %j',
    (value) => {
      expect(isAnsibleTemplate(value)).toBe(false);
      expect(isPlainText(value)).toBe(true);
    },
  );

  it.each([undefined, null, true, 7, ['{{ a }}'], { a: '{{ b }}' }])(
    'is neither where it is no text: %j',
    (value) => {
      expect(isAnsibleTemplate(value)).toBe(false);
      expect(isPlainText(value)).toBe(false);
    },
  );
});
