import { styleText } from 'node:util';

/** Where a command writes to and whether somebody is there to answer; tests give a recording one. */
export interface Terminal {
  /** A person sits at it: standard input and output both are a terminal. */
  readonly interactive: boolean;
  /** Characters in a line and lines on the screen, now. */
  size(): { readonly columns: number; readonly rows: number };
  /** To standard output, as it is. */
  write(text: string): void;
  /** To standard error, with a line end. */
  complain(text: string): void;
  bold(text: string): string;
}

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const interactive = stdin.isTTY && stdout.isTTY;
  const coloured = stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return {
    interactive,
    size: () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 }),
    write: (text) => void stdout.write(text),
    complain: (text) => void stderr.write(`${text}\n`),
    bold: (text) => (coloured ? styleText('bold', text) : text),
  };
}
