import type { Terminal } from '../../src/cli/terminal/terminal.js';

/** A terminal that keeps what is written to it. */
export class RecordingTerminal implements Terminal {
  output = '';
  errors = '';

  constructor(
    readonly interactive = false,
    private readonly screen = { columns: 80, rows: 24 },
  ) {}

  size() {
    return this.screen;
  }

  write(text: string): void {
    this.output += text;
  }

  complain(text: string): void {
    this.errors += `${text}\n`;
  }

  bold(text: string): string {
    return text;
  }
}
