import type { Command } from 'commander';
import type { CliIo } from './io.js';
import { parkedList } from './parked-list.js';
import { parkedRequest } from './parked-request.js';
import { parkedShow } from './parked-show.js';
import type { Run } from './program.js';
import { readModelsOf } from './target.js';

export function addParkedCommands(program: Command, run: Run, io: CliIo): void {
  const parked = program.command('parked').description('streams that a projection has set aside');
  parked
    .command('list [projection]')
    .description('list parked streams')
    .action((name: string | undefined, _options: object, command: Command) =>
      run(command, (target, { json }) => parkedList(readModelsOf(target), name, json === true, io)),
    );
  parked
    .command('show <projection> <stream>')
    .description('where a parked stream stands, and why')
    .action((name: string, stream: string, _options: object, command: Command) =>
      run(command, (target, { json }) =>
        parkedShow(readModelsOf(target), name, stream, { json: json === true, io }),
      ),
    );
  for (const what of ['retry', 'discard'] as const) {
    parked
      .command(`${what} <projection> [streams...]`)
      .description(
        what === 'retry'
          ? 'replay parked streams in order (all of them, without a name)'
          : 'give up what the named streams have in the log so far; kept on record',
      )
      .option('--all', 'all parked streams')
      .action((name: string, streams: string[], options: { all?: boolean }, command: Command) => {
        if (what === 'discard' && streams.length === 0 && !options.all)
          command.error('error: name the streams to discard, or say --all');
        return run(command, (target) => parkedRequest(readModelsOf(target), name, streams, { what, io }));
      });
  }
}
