import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeBlock, escapeMarkdown } from '../../../src/cluster/text/markdown.js';
import { plainLines, plainText } from '../../../src/cluster/text/plain-text.js';

const control = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

describe('plainText', () => {
  it.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['a window title', 'a\u001b]0;owned\u0007b', 'ab'],
    ['a link', '\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['a cleared screen', '\u001b[2J\u001b[1;1Hx', 'x'],
    ['a reset and a character set', 'a\u001bcb\u001b(Bc', 'abc'],
    ['what cannot be seen', 'a\u200bb\u200ec\u200fd\u2060e', 'abcde'],
    ['line breaks', 'one\r\ntwo\tthree', 'one two three'],
    ['a reversed direction', 'abc\u202egpj.exe', 'abcgpj.exe'],
    ['other languages as they are', 'Platte größer als 1 TB — 磁盘', 'Platte größer als 1 TB — 磁盘'],
  ])('takes out %s', (_, text, expected) => {
    expect(plainText(text)).toBe(expected);
  });

  it('never leaves a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(plainText(text)).not.toMatch(control);
      }),
    );
  });

  it('keeps lines where they are wanted', () => {
    expect(plainLines('a\u001b[1m\r\n\tb\u0000  \nc')).toBe('a\n    b\nc');
    expect(plainLines('10 %\r20 %\u2028!')).toBe('10 %\n20 %!');
  });
});

describe('escapeMarkdown', () => {
  it.each([
    ['emphasis', '*a* _b_', '\\*a\\* \\_b\\_'],
    ['a link', '[a](http://x)', '\\[a\\](http:\\//x)'],
    ['HTML', '<img src=x>', '\\<img src=x\\>'],
    ['a table cell', 'a | b', 'a \\| b'],
    ['code', '`a`', '\\`a\\`'],
    ['an escape', 'a\\', 'a\\\\'],
    ['a list', '- a', '\\- a'],
    ['a list of another kind', '+ a', '\\+ a'],
    ['a line that makes a heading of the one above', '===', '\\==='],
    ['a numbered list', '1. a', '1\\. a'],
    ['a numbered list of another kind', '1) a', '1\\) a'],
    ['a formula', '$a$', '\\$a\\$'],
    ['a heading on a new line', 'a\n# b', 'a \\# b'],
    ['a bare address', 'www.example.org', 'www\\.example.org'],
    ['a bare address in capitals', 'WWW.EXAMPLE.ORG', 'WWW\\.EXAMPLE.ORG'],
    ['an ordinary name', 'nvme-QEMU-1.0 (4 GB)', 'nvme-QEMU-1.0 (4 GB)'],
  ])('makes plain text of %s', (_, text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  it('leaves no mark that is not escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'*_`[]<>|~#&!\\ab \n1.-') }), (text) => {
        expect(escapeMarkdown(text).replace(/\\[^a-z0-9 ]/g, '')).not.toMatch(/[*_`[\]<>|~#&!\\\n]/);
      }),
    );
  });
});

describe('codeBlock', () => {
  it('cannot be ended by the text inside', () => {
    expect(codeBlock('a\n```\nb')).toBe('````\na\n```\nb\n````');
    expect(codeBlock('a')).toBe('```\na\n```');
  });

  it('shows plain lines only', () => {
    expect(codeBlock('\u001b[2Ja\u202e\nb')).toBe('```\na\nb\n```');
  });
});
