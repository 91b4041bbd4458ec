import type { Command } from 'commander';
import { deadLettersList } from '../bus/dead-letters-list.js';
import { deadLettersSettle } from '../bus/dead-letters-settle.js';
import { deadLettersShow } from '../bus/dead-letters-show.js';
import type { CliIo } from '../terminal/io.js';
import { positiveNumber } from './arguments.js';
import { WHICH_BUS } from './program-bus.js';
import type { Runner } from './program.js';

interface ListOptions {
  readonly bus?: string;
  readonly after?: string;
  readonly limit?: number;
}

interface SettleOptions {
  readonly bus?: string;
  readonly all?: boolean;
}

export function addDeadLetterCommands(program: Command, runner: Runner, io: CliIo): void {
  const letters = program
    .command('dead-letters')
    .description('messages that a group of subscribers has given up on');
  letters
    .command('list <group>')
    .description('list them, oldest first')
    .option('--after <id>', 'the page behind this one')
    .option('--limit <n>', 'at most this many (100)', upToThousand)
    .option(...WHICH_BUS)
    .action((group: string, options: ListOptions, command: Command) =>
      runner.run(command, ['bus'], (target, json) =>
        deadLettersList(target, group, { ...options, json }, io),
      ),
    );
  letters
    .command('show <group> <id>')
    .description('one of them: why, and all that came')
    .option(...WHICH_BUS)
    .action((group: string, id: string, options: { bus?: string }, command: Command) =>
      runner.run(command, ['bus'], (target, json) =>
        deadLettersShow(target, [group, id], { ...options, json }, io),
      ),
    );
  addSettling(letters, runner, io, ['retry', 'publish them again to where they came from, for all groups']);
  addSettling(letters, runner, io, ['discard', 'take them away for good']);
}

function addSettling(
  letters: Command,
  runner: Runner,
  io: CliIo,
  [what, description]: readonly ['retry' | 'discard', string],
): void {
  letters
    .command(`${what} <group> [ids...]`)
    .description(description)
    .option('--all', 'all that are there now')
    .option(...WHICH_BUS)
    .action((group: string, ids: string[], { all, ...options }: SettleOptions, command: Command) => {
      if (all && ids.length > 0) command.error('error: name dead letters, or say --all, not both');
      if (!all && ids.length === 0) command.error(`error: name the dead letters to ${what}, or say --all`);
      return runner.run(command, ['bus'], (target, json) =>
        deadLettersSettle(target, group, { ...options, what, ids, json }, io),
      );
    });
}

/** What a bus lists at once. */
function upToThousand(text: string): number {
  return Math.min(positiveNumber(text), 1_000);
}
