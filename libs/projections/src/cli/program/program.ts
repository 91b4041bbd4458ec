import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { Doctoring } from '../doctor/doctor.js';
import type { CliTarget, Need } from '../target.js';
import type { CliIo, ExitCode } from '../terminal/io.js';
import { addBusCommands } from './program-bus.js';
import { addDeadLetterCommands } from './program-dead-letters.js';
import { addLogCommands } from './program-log.js';
import { addParkedCommands } from './program-parked.js';
import { addProjectionCommands } from './program-projections.js';

/** How a command comes to what it works on, once its arguments have been understood. */
export interface Runner {
  /** Opens what there is, works on it, closes it, and remembers the exit code. */
  run(command: Command, needs: readonly Need[], work: Work): Promise<void>;
  /** For the command whose arguments name what it opens. */
  alone(command: Command, work: (json: boolean) => Promise<ExitCode>): Promise<void>;
  /** For the command that opens one thing after the other by itself. */
  examine(command: Command, work: (parts: Doctoring, json: boolean) => Promise<ExitCode>): Promise<void>;
}

export type Work = (target: CliTarget, json: boolean) => Promise<ExitCode>;

const EXIT_CODES = `
Exit codes:
  0    done
  1    failed; the message says why
  2    the arguments make no sense; nothing was opened
  3    done, and found something wrong (doctor, log verify, rebuild --verify, publication status),
       or left something to you (bus setup)
  4    not reached in time (projections wait)
  130  interrupted; what was built so far is kept`;

/** The whole command line; nothing is opened before a command runs, so `--help` costs nothing. */
export function createProgram(runner: Runner, io: CliIo, standAlone: boolean): Command {
  const program = new Command('varve')
    .description('Looks after event logs, read models and what is on the bus.')
    .version(versionOfThisPackage(), '--version', 'print the version')
    .option('--json', 'print JSON for programs')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('(varve --help shows all commands)')
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.error(text.trimEnd()),
    })
    .exitOverride();
  const [what, named] = standAlone
    ? ['name', 'the %: a file, or mongodb://HOST/DATABASE']
    : ['name', 'which %, when the app has several'];
  program.option(`--log <${what}>`, named.replace('%', 'log'));
  program.option(`--read-models <${what}>`, named.replace('%', 'read models'));
  addProjectionCommands(program, runner, io);
  addParkedCommands(program, runner, io);
  addLogCommands(program, runner, io);
  addBusCommands(program, runner, io);
  addDeadLetterCommands(program, runner, io);
  return program;
}

function versionOfThisPackage(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
