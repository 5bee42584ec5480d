import { counted } from '../../cluster/text/quantities.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { jsonText } from '../terminal/json-text.js';
import { loadSpecification } from '../running/load-specification.js';
import type { Terminal } from '../terminal/terminal.js';
import type { SpecificationOptions } from './dispatch.js';

/** `slipway spec`: checks cluster.yaml; with --json prints the workflow's single argument. @throws CommandError */
export async function spec({ file, json }: SpecificationOptions, terminal: Terminal): Promise<ExitCode> {
  const specification = await loadSpecification(file);
  const { name, hosts } = specification;
  terminal.write(
    json === true
      ? `${jsonText(specification, 2)}\n`
      : `${file}: in order; cluster ${name}, ${counted(hosts.length, 'host')}\n`,
  );
  return exitCodes.ok;
}
