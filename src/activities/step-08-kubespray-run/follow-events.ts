import type { PlaybookEventReader } from '../../cluster/playbook/events.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';

/** Bytes read at once; a playbook on many hosts writes a few hundred kilobytes a minute. */
const pieceBytes = 1024 * 1024;

/** Milliseconds between two readings: each is a command on the host. */
const pause = 2_000;

/** Reads a growing file of events beside the job whose log is followed. */
export interface EventFollower {
  /**
   * Begins to read what is new, unless a reading is under way or was a moment ago. Trouble on the way is left to the
   * next reading.
   */
  poll(): void;
  /** Seconds since something new was read, by this machine's clock; the host's may be set otherwise. */
  quiet(): number;
  /** Reads to the end of the file, for the last time. */
  finish(): Promise<void>;
}

/** @param reader gets each piece once, in order; a new attempt begins at the file's beginning, with a new reader */
export function followEvents(host: Host, path: string, reader: PlaybookEventReader): EventFollower {
  let offset = 0;
  let reading: Promise<void> | undefined;
  let nextAt = 0;
  let newsAt = Date.now();

  /** Base64, because a piece may end in the middle of a character. */
  const decoder = new TextDecoder();
  const readPiece = async (): Promise<number> => {
    const script = sh`[ ! -e ${path} ] || tail -c +${offset + 1} -- ${path} | head -c ${pieceBytes} | base64 -w 0`;
    const { stdout } = await host.run(script, { what: `read ${path}` });
    const piece = Buffer.from(stdout, 'base64');
    reader.push(decoder.decode(piece, { stream: true }));
    offset += piece.length;
    if (piece.length > 0) newsAt = Date.now();
    return piece.length;
  };
  const readAll = async () => {
    while ((await readPiece()) === pieceBytes);
  };

  return {
    poll() {
      if (Date.now() < nextAt) return;
      nextAt = Date.now() + pause;
      reading ??= readAll()
        .catch(() => undefined)
        .finally(() => (reading = undefined));
    },
    quiet: () => Math.max(0, Date.now() - newsAt) / 1000,
    async finish() {
      nextAt = Infinity;
      await reading;
      await readAll();
    },
  };
}
