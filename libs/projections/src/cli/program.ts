import { Command } from 'commander';
import type { ExitCode } from './io.js';
import { addLogCommands } from './program-log.js';
import { addParkedCommands } from './program-parked.js';
import { addProjectionCommands } from './program-projections.js';
import type { CliTarget, GlobalOptions } from './target.js';
import type { CliIo } from './io.js';

/** Runs a command on an opened target, and remembers its exit code. */
export type Run = (
  command: Command,
  work: (target: CliTarget, global: GlobalOptions) => Promise<ExitCode>,
) => Promise<void>;

const EXIT_CODES = `
Exit codes:
  0    done
  1    failed; the message says why
  2    the arguments make no sense; nothing was opened
  3    done, and found something wrong (doctor, log verify, rebuild --verify)
  4    not reached in time (projections wait)
  130  interrupted; what was built so far is kept`;

/** The whole command line; nothing is opened before a command runs, so `--help` costs nothing. */
export function createProgram(run: Run, io: CliIo, standAlone: boolean): Command {
  const program = new Command('varve')
    .description('Looks after event logs and read models.')
    .option('--json', 'print JSON for programs')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(varve --help shows all commands)')
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.error(text.trimEnd()),
    })
    .exitOverride();
  if (standAlone) {
    program.option('--log <file>', 'the log').option('--read-models <file>', 'the read models');
  }
  addProjectionCommands(program, run, io);
  addParkedCommands(program, run, io);
  addLogCommands(program, run, io);
  return program;
}
