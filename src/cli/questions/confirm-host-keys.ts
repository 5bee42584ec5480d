import type { Specification } from '../../cluster/specification/specification.js';
import { HostKeyUnknownError } from '../../hosts/errors.js';
import { connectionsAtOnce } from '../../hosts/pool/host-pool.js';
import { SharedHostPool } from '../../hosts/pool/shared-host-pool.js';
import { slipwayHome } from '../../local/state-folder.js';
import { confirmHostKey, trustedKeys } from '../../hosts/ssh/verify-host-key.js';
import { forEachBounded } from '../../cluster/values/for-each-bounded.js';
import { controlHostAddress, hostAddressOf } from '../../protocol/host-addresses.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { hostKeysQuestion, hostKeysText, unconfirmedText, type Unconfirmed } from './host-keys-text.js';
import { untilAborted } from '../terminal/interruption.js';
import { openHost } from '../../hosts/pool/open-host.js';
import { terminalPrompts, type Prompts } from './prompts.js';
import type { Terminal } from '../terminal/terminal.js';

export interface ConfirmHostKeysOptions {
  readonly specification: Specification;
  readonly terminal: Terminal;
  /** Ctrl-C: nothing is asked any more. */
  readonly signal: AbortSignal;
  readonly prompts?: Prompts | undefined;
}

/**
 * Asks the person at the terminal about the keys of all hosts to which the bootstrap password would be sent and for whose
 * key nobody vouches, in one question; those that are confirmed are pinned. Where no password is given, or each key is
 * stated or confirmed already, no host is contacted. What else is wrong with a host is told by whoever works on it.
 * @throws CommandError when nobody sits at the terminal, or the answer is no
 */
export async function confirmHostKeys(options: ConfirmHostKeysOptions): Promise<void> {
  const { specification, terminal, signal, prompts = terminalPrompts } = options;
  if (specification.ssh.bootstrapPassword === undefined) return;
  const stateFolder = slipwayHome();
  const interrupted = untilAborted(signal).then((): undefined => undefined);
  const unconfirmed = await Promise.race([findUnconfirmed(specification, stateFolder), interrupted]);
  if (unconfirmed === undefined) throw notConfirmed(exitCodes.interrupted);
  if (unconfirmed.length === 0) return;
  if (!terminal.interactive) throw new CommandError(unconfirmedText(unconfirmed), exitCodes.invalidInput);
  terminal.write(`${hostKeysText(unconfirmed)}\n`);
  const answer = await prompts.confirm(hostKeysQuestion(unconfirmed), signal);
  if (answer !== true) throw notConfirmed(answer === false ? exitCodes.denied : exitCodes.interrupted);
  for (const { address, shown } of unconfirmed) await confirmHostKey(stateFolder, address, shown);
}

function notConfirmed(exitCode: ExitCode): CommandError {
  return new CommandError('No host key was confirmed, so no password was sent.', exitCode);
}

async function findUnconfirmed(specification: Specification, stateFolder: string): Promise<Unconfirmed[]> {
  const pool = new SharedHostPool({ stateFolder });
  const unconfirmed: Unconfirmed[][] = await forEachBounded(
    [
      controlHostAddress(specification),
      ...specification.hosts.map((host) => hostAddressOf(specification, host)),
    ],
    async (address) => {
      if (address.kind === 'local') return [];
      if ((await trustedKeys(stateFolder, address, { trusted: true })).length > 0) return [];
      try {
        await openHost(address, specification, pool);
        return [];
      } catch (error) {
        return error instanceof HostKeyUnknownError ? [{ address, shown: error.shown }] : [];
      }
    },
    { atOnce: connectionsAtOnce },
  ).finally(() => pool.closeAll());
  return unconfirmed.flat();
}
