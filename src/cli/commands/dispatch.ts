import type { ExitCode } from '../terminal/exit-codes.js';
import type { Terminal } from '../terminal/terminal.js';

/** Of a command that reads cluster.yaml and prints something about it. */
export interface SpecificationOptions {
  /** Path of cluster.yaml. */
  readonly file: string;
  /** One JSON document instead of text. */
  readonly json?: boolean | undefined;
}

/** A command: a plain function of its options. */
export type CommandFunction<Options> = (options: Options, terminal: Terminal) => Promise<ExitCode>;

/**
 * Makes of a command's function what commander calls. The function is loaded only when it is called for, so that
 * `--help` does not wait for Temporal's SDK.
 */
export type Dispatch = <Options>(
  load: () => Promise<CommandFunction<Options>>,
) => (options: Options) => Promise<void>;

/** Examples for the end of a command's help. */
export function examples(...lines: readonly (readonly [command: string, remark: string])[]): string {
  const text = lines.map(([command, remark]) => `  ${command}${remark === '' ? '' : `   # ${remark}`}`);
  return `\nExamples:\n${text.join('\n')}`;
}
