import type { Command } from 'commander';
import { busSetup } from '../bus/bus-setup.js';
import { publicationSetState } from '../publication/publication-set-state.js';
import { publicationStatus } from '../publication/publication-status.js';
import type { CliIo } from '../terminal/io.js';
import type { Runner } from './program.js';

export const WHICH_BUS = ['--bus <name>', 'which bus, when the app has several'] as const;

export function addBusCommands(program: Command, runner: Runner, io: CliIo): void {
  program
    .command('bus')
    .description('the brokers that commits are distributed over')
    .command('setup')
    .description('create the topics and groups that the app needs; changes nothing that is there')
    .option(...WHICH_BUS)
    .action((options: { bus?: string }, command: Command) =>
      runner.run(command, ['bus'], (target, json) => busSetup(target, options.bus, json, io)),
    );
  addPublicationCommands(program, runner, io);
}

function addPublicationCommands(program: Command, runner: Runner, io: CliIo): void {
  const publication = program.command('publication').description("how the log's commits come to the bus");
  publication
    .command('status')
    .description('how far they have come, who relays them, and which is the oldest that waits')
    .option(...WHICH_BUS)
    .action((options: { bus?: string }, command: Command) =>
      runner.run(command, ['bus'], (target, json) => publicationStatus(target, options.bus, json, io)),
    );
  for (const what of ['pause', 'resume'] as const) {
    publication
      .command(what)
      .description(
        what === 'pause' ? 'make the relay wait; appends go on' : 'let it go on, also after a failure',
      )
      .option(...WHICH_BUS)
      .option('--reason <text>', 'for whoever looks later')
      .action((options: { bus?: string; reason?: string }, command: Command) =>
        runner.run(command, ['bus'], (target, json) =>
          publicationSetState(target, { ...options, what, json }, io),
        ),
      );
  }
}
