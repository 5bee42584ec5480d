import { format } from 'node:util';
import { DefaultLogger, type LogEntry, type LogLevel } from '@temporalio/worker';
import { plainLines } from '../cluster/text/plain-text.js';

/**
 * The worker's log. Failures in it hold what hosts have said, and whoever reads the log may do so in a terminal, so it
 * is text that no terminal obeys.
 * @param write takes a line with its end; by default standard error does
 */
export function plainLog(
  level: LogLevel,
  write: (text: string) => unknown = (text) => process.stderr.write(text),
): DefaultLogger {
  return new DefaultLogger(level, (entry) => write(`${plainLines(lineOf(entry))}\n`));
}

function lineOf({ level, message, meta, timestampNanos }: LogEntry): string {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  return `${time} [${level}] ${message}${meta === undefined ? '' : ` ${format(meta)}`}`;
}
