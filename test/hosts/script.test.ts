import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines, quote, Script, sh } from '../../src/hosts/script.js';
import { remoteCommand, shellCommand } from '../../src/hosts/shell-command.js';

/** What a real shell makes of words: each one printed with a NUL behind it. */
function wordsSeenBySh(words: string): string[] {
  const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${words}`]).toString('utf8');
  return printed.split('\0').slice(0, -1);
}

const shellText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...'\'"\\$`!*?[]{}()<>|&;#~= \t\n\r-a1é'), maxLength: 40 }),
);
/** What UTF-8 can carry and a shell word can hold. */
const word = shellText.filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text);

describe('quote', () => {
  it.each([
    ['', "''"],
    ['/dev/md0', '/dev/md0'],
    ['UUID=1-2', 'UUID=1-2'],
    ['a b', "'a b'"],
    ["it's", `'it'\\''s'`],
    ['$(reboot)', "'$(reboot)'"],
    ['a\nb', "'a\nb'"],
    ['~', "'~'"],
    ['*', "'*'"],
  ])('writes %j as %s', (value, quoted) => {
    expect(quote(value)).toBe(quoted);
  });

  it('refuses a NUL byte', () => {
    expect(() => quote('a\0b')).toThrow(RangeError);
  });

  it('lets a real shell see exactly the words that went in', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), (words) => {
        expect(wordsSeenBySh(sh`${words}`.text)).toEqual(words);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the words whole through the command line of a remote login shell, with and without sudo', () => {
    fc.assert(
      fc.property(word, (value) => {
        const { line } = remoteCommand(sh`printf %s ${value}`, undefined, 'root');
        expect(execFileSync('sh', ['-c', line]).toString('utf8')).toBe(value);
      }),
      { numRuns: 60 },
    );
  });
});

describe('sh', () => {
  it('quotes text, numbers and lists, and puts scripts in as they are', () => {
    const inner = sh`test -e ${'/a b'}`;
    expect(sh`if ${inner}; then stat ${['x y', 2]}; exit ${3}; fi`.text).toBe(
      "if test -e '/a b'; then stat 'x y' 2; exit 3; fi",
    );
  });

  it('joins scripts by lines', () => {
    expect(lines(sh`a`, sh`b ${'c d'}`).text).toBe("a\nb 'c d'");
  });
});

describe('shellCommand', () => {
  it('gives a script /dev/null unless it has input', () => {
    expect(remoteCommand(sh`true`, undefined, 'root').line).toMatch(
      /^exec sh -c '[^]*\ntrue' sh slipway-run-[0-9a-f]+ <\/dev\/null$/,
    );
    expect(remoteCommand(sh`cat`, 'x', 'root').line).toMatch(
      /^exec sh -c '[^]*\ncat' sh slipway-run-[0-9a-f]+$/,
    );
  });

  it('goes through sudo where the login user is not root', () => {
    const { line, endLine } = remoteCommand(sh`id -u`, undefined, 'ubuntu');
    expect(line).toMatch(
      /^exec env LC_ALL=C sudo -n -- sh -c '[^]*\nid -u' sh slipway-run-[0-9a-f]+ <\/dev\/null$/,
    );
    expect(endLine).toMatch(/^env LC_ALL=C sudo -n -- sh -c /);
  });

  it('sends a script too long for an argument before its input', () => {
    const long = new Script(`# ${"'".repeat(40_000)}\ncat`);
    const { words, input } = shellCommand(long, 'the input');
    expect(words.join(' ').length).toBeLessThan(1_000);
    expect(Buffer.from(input ?? []).toString('utf8')).toMatch(/cat(the input)$/);
  });

  describe.each([
    ['short', 'cat; echo " done"'],
    ['too long for an argument', `# ${"'".repeat(40_000)}\ncat; echo " done"`],
  ])('with a %s script', (_, text) => {
    const { words, input } = shellCommand(new Script(text), 'ä\0 the whole');
    const run = (sent: Uint8Array | undefined) => {
      const [file = '', ...args] = words;
      const folder = mkdtempSync(join(tmpdir(), 'slipway-input-'));
      const env = { ...process.env, TMPDIR: folder };
      const { status, stdout, stderr } = spawnSync(file, args, { input: sent, env, encoding: 'utf8' });
      const left = readdirSync(folder);
      rmSync(folder, { recursive: true });
      return { status, stdout, stderr, left };
    };

    it('passes its input on, byte by byte', () => {
      expect(run(input)).toEqual({ status: 0, stdout: 'ä\0 the whole done\n', stderr: '', left: [] });
    });

    it.each([0, 1, 0.5, 0.999])('does nothing when only a part of it arrives: %d', (part) => {
      const length = part === 1 ? 1 : Math.floor((input?.length ?? 0) * part);
      expect(run(input?.subarray(0, length))).toEqual({
        ...{ status: 74, stdout: '', stderr: 'The input has not arrived as a whole.\n', left: [] },
      });
    });
  });

  it('refuses a NUL byte in a script', () => {
    expect(() => shellCommand(new Script('a\0b'), undefined)).toThrow(RangeError);
  });
});
