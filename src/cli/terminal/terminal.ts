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

/** The process's own. Where its reader has gone away, such as `head` or a closed window, that counts as a hang-up. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const hangUp = hangUpOnce();
  for (const stream of [stdout, stderr]) stream.on('error', hangUp);
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

/** As the shell shows it for a program whose pipe nobody reads. */
const nobodyReads = 141;

/** Who ends in good order listens to the signal of a hang-up; anything else has nobody left to work for. */
function hangUpOnce(): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    if (process.listenerCount('SIGHUP') === 0) process.exit(nobodyReads);
    process.kill(process.pid, 'SIGHUP');
  };
}
