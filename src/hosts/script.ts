/**
 * POSIX shell text that is safe to run: only {@link sh} makes one, and `sh` quotes every value put into it.
 * Whatever runs on a host takes a `Script`, never a string, so no unquoted text can reach a shell.
 */
export class Script {
  /** @internal use {@link sh} */
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/** What may stand in a script: text and numbers are quoted, a list becomes quoted words, a Script is put in as it is. */
export type ScriptValue = string | number | Script | readonly (string | number)[];

/**
 * Quotes one value as one shell word: the only quoting function there is.
 * @throws RangeError if the value holds a NUL byte, which no shell word can carry
 */
export function quote(value: string): string {
  if (value.includes('\0')) throw new RangeError('A shell word cannot hold a NUL byte.');
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(value)) return value;
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/**
 * Makes a {@link Script} from a template: sh`mount ${mountPoint}`.
 * Backslashes follow the rules of JavaScript templates: `\\n` reaches the shell as `\n`.
 * Values must not stand inside quotes of the template's own, because they bring their own.
 */
export function sh(strings: TemplateStringsArray, ...values: ScriptValue[]): Script {
  let text = strings[0] ?? '';
  values.forEach((value, index) => {
    text += render(value) + (strings[index + 1] ?? '');
  });
  return new Script(text);
}

/** Joins scripts into one, a line each. */
export function lines(...scripts: readonly Script[]): Script {
  return new Script(scripts.map((script) => script.text).join('\n'));
}

function render(value: ScriptValue): string {
  if (value instanceof Script) return value.text;
  if (typeof value === 'object') return value.map((word) => quote(String(word))).join(' ');
  return quote(String(value));
}
