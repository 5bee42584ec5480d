import type { Terminal } from './terminal.js';

const noWrap = '\x1b[?7l';
const wrap = '\x1b[?7h';
const clearBelow = '\x1b[0J';
const up = (lines: number) => (lines > 0 ? `\x1b[${lines}A\r` : '\r');

/**
 * The lower part of the screen, drawn again and again, while lines that stay scroll by above it. On anything but a
 * terminal only the lines that stay are written.
 */
export class LiveView {
  private drawn = 0;
  private current: readonly string[] = [];

  constructor(private readonly terminal: Terminal) {}

  /** Writes lines that stay. */
  print(...lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join('');
    if (!this.terminal.interactive) {
      this.terminal.write(text);
      return;
    }
    this.terminal.write(this.erasure() + text);
    this.drawn = 0;
    this.draw(this.current);
  }

  /** Replaces what is drawn. */
  draw(lines: readonly string[]): void {
    if (!this.terminal.interactive) return;
    this.current = lines;
    this.terminal.write(this.erasure() + noWrap + lines.map((line) => `${line}\n`).join('') + wrap);
    this.drawn = lines.length;
  }

  /** Takes the drawing away, for example to ask a question in its place. */
  clear(): void {
    if (this.drawn > 0) this.terminal.write(this.erasure());
    this.drawn = 0;
    this.current = [];
  }

  private erasure(): string {
    return this.drawn === 0 ? '' : up(this.drawn) + clearBelow;
  }
}
