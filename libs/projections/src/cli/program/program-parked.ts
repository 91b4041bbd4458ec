import type { Command } from 'commander';
import { parkedList } from '../parked/parked-list.js';
import { parkedRequest } from '../parked/parked-request.js';
import { parkedShow } from '../parked/parked-show.js';
import { readModelsOf } from '../target.js';
import type { CliIo } from '../terminal/io.js';
import { positiveNumber } from './arguments.js';
import type { Runner } from './program.js';

export function addParkedCommands(program: Command, runner: Runner, io: CliIo): void {
  const parked = program.command('parked').description('streams that a projection or reactor has set aside');
  parked
    .command('list [projection]')
    .description('list parked streams')
    .action((name: string | undefined, _options: object, command: Command) =>
      runner.run(command, ['read-models'], (target, json) =>
        parkedList(readModelsOf(target), name, json, io),
      ),
    );
  parked
    .command('show <projection> <stream>')
    .description('where a parked stream stands, why, and what waits')
    .option('--limit <n>', 'at most this many of the waiting events (10)', positiveNumber)
    .action((name: string, stream: string, options: { limit?: number }, command: Command) =>
      runner.run(command, ['log', 'read-models'], (target, json) =>
        parkedShow(target, [name, stream], { ...options, json }, io),
      ),
    );
  addRequest(parked, runner, io, [
    'retry',
    'apply parked streams again, in order (all of them, without a name)',
  ]);
  addRequest(parked, runner, io, [
    'discard',
    'give up on the commit that failed, on record, and apply what waits behind it',
  ]);
}

function addRequest(
  parked: Command,
  runner: Runner,
  io: CliIo,
  [what, description]: readonly ['retry' | 'discard', string],
): void {
  parked
    .command(`${what} <projection> [streams...]`)
    .description(description)
    .option('--all', 'all parked streams')
    .action((name: string, streams: string[], options: { all?: boolean }, command: Command) => {
      if (options.all && streams.length > 0) command.error('error: name streams, or say --all, not both');
      if (what === 'discard' && streams.length === 0 && !options.all)
        command.error('error: name the streams to discard, or say --all');
      return runner.run(command, ['read-models'], (target, json) =>
        parkedRequest(readModelsOf(target), name, { what, streams, json }, io),
      );
    });
}
