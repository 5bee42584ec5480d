import { Command, CommanderError } from 'commander';
import { plainLines } from '../cluster/text/plain-text.js';
import { StateFolderError } from '../local/state-folder.js';
import { declareAnswers } from './commands/declare-answers.js';
import { declareMirror } from './commands/declare-mirror.js';
import { declareProcesses } from './commands/declare-processes.js';
import { declareProvisioning } from './commands/declare-provisioning.js';
import type { Dispatch } from './commands/dispatch.js';
import { CommandError } from './terminal/errors.js';
import { exitCodes, exitCodesHelp } from './terminal/exit-codes.js';
import type { Terminal } from './terminal/terminal.js';

/** Runs one command line. Never throws: errors are shown, and become the exit code. */
export async function runProgram(words: readonly string[], terminal: Terminal): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const program = declare(terminal, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error, terminal);
  }
}

function explain(error: unknown, terminal: Terminal): number {
  // Commander has shown its message itself; help and version end with 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.invalidInput;
  if (error instanceof CommandError) {
    terminal.complain(plainLines(error.message));
    return error.exitCode;
  }
  if (error instanceof StateFolderError) {
    terminal.complain(plainLines(error.message));
    return exitCodes.invalidInput;
  }
  const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.complain(`slipway: unexpected error\n${plainLines(details)}`);
  return exitCodes.failed;
}

function declare(terminal: Terminal, ends: (code: number) => void): Command {
  const program = new Command('slipway')
    .description('Turns bare servers into a Kubernetes cluster for an Akash provider, as durable workflows.')
    .version('0.1.0')
    .exitOverride()
    .showHelpAfterError('(--help shows what is possible)')
    .configureOutput({
      writeOut: (text) => {
        terminal.write(text);
      },
      writeErr: (text) => {
        terminal.complain(text.trimEnd());
      },
    })
    .addHelpText('after', exitCodesHelp + temporalHelp);
  const dispatch: Dispatch = (load) => async (options) => {
    const command = await load();
    ends(await command(options, terminal));
  };
  declareProvisioning(program, dispatch);
  declareMirror(program, dispatch);
  declareAnswers(program, dispatch);
  declareProcesses(program, dispatch);
  declareLab(program, ends);
  return program;
}

/** The lab is a program of its own, with its own help, loaded only when it is called for. */
function declareLab(program: Command, ends: (code: number) => void): void {
  program
    .enablePositionalOptions()
    .command('lab')
    .description('Make throw-away machines on this machine, for trials: up, list, ssh, down.')
    .argument('[words...]')
    .helpOption(false)
    .allowUnknownOption()
    .passThroughOptions()
    .action(async (words: string[]) => {
      const { labCommand } = await import('./commands/lab.js');
      const lab = labCommand(ends).name('slipway lab').copyInheritedSettings(program);
      await lab.parseAsync(words.length === 0 ? ['--help'] : words, { from: 'user' });
    });
}

const temporalHelp = `

Temporal: an embedded server is used unless an address is configured as for the temporal command
(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_PROFILE, or its configuration file).`;
