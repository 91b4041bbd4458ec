import type { Command } from 'commander';
import { projectionsDrop } from '../projections/projections-drop.js';
import { projectionsList } from '../projections/projections-list.js';
import { projectionsRebuild, type RebuildFlags } from '../projections/projections-rebuild.js';
import { projectionsSetState } from '../projections/projections-set-state.js';
import { projectionsStatus } from '../projections/projections-status.js';
import { projectionsWait } from '../projections/projections-wait.js';
import { assertMeant, replay, type ReplayFlags } from '../projections/replay.js';
import { readModelsOf } from '../target.js';
import type { CliIo } from '../terminal/io.js';
import { duration, positiveNumber, wholeNumber } from './arguments.js';
import type { Runner } from './program.js';

const DEFAULT_WAIT = 30_000;

export function addProjectionCommands(program: Command, runner: Runner, io: CliIo): void {
  const projections = program.command('projections').description('read models and what builds them');
  addLooking(projections, runner, io);
  addSteering(projections, runner, io);
  addRebuild(projections, runner, io);
  program
    .command('replay <reactor>')
    .description('let a reactor have its effects again, from a position on')
    .requiredOption('--from <position>', 'the first position that is replayed', positiveNumber)
    .option('--effects-again', 'yes: its effects outside happen again')
    .action((name: string, options: ReplayFlags, command: Command) => {
      assertMeant(name, options);
      return runner.run(command, ['code'], (target, json) =>
        replay(target, name, { from: options.from, json }, io),
      );
    });
}

function addLooking(projections: Command, runner: Runner, io: CliIo): void {
  projections
    .command('list')
    .description('what there is: names, the version of the code, what is live, built or retired')
    .action((_options: object, command: Command) =>
      runner.run(command, ['read-models'], (target, json) => projectionsList(target, json, io)),
    );
  projections
    .command('status [projection]')
    .description('where each stands, who works on it, what is wrong')
    .action((name: string | undefined, _options: object, command: Command) =>
      runner.run(command, ['read-models'], (target, json) => projectionsStatus(target, name, json, io)),
    );
  projections
    .command('wait <projection>')
    .description('wait until readers see a position')
    .option('--position <position>', "the log's head now, by default", wholeNumber)
    .option('--timeout <duration>', 'how long, e.g. 500ms, 30s, 5m (30s)', duration)
    .action((name: string, options: { position?: number; timeout?: number }, command: Command) =>
      runner.run(command, ['log', 'read-models'], (target, json) =>
        projectionsWait(target, name, { timeout: DEFAULT_WAIT, ...options, json }, io),
      ),
    );
}

function addSteering(projections: Command, runner: Runner, io: CliIo): void {
  for (const [verb, state] of [['pause', 'paused'] as const, ['resume', 'active'] as const]) {
    projections
      .command(`${verb} <projection>`)
      .description(`${verb} a projection or reactor`)
      .option('--only <version>', 'this one, e.g. orders@1 or orders@2.3')
      .option('--reason <text>', 'for whoever looks later')
      .action((name: string, options: { only?: string; reason?: string }, command: Command) =>
        runner.run(command, ['read-models'], (target, json) =>
          projectionsSetState(readModelsOf(target), name, { ...options, state, json }, io),
        ),
      );
  }
  projections
    .command('drop <projection>')
    .description('drop retired versions')
    .option('--only <version>', 'this one, e.g. orders@1 or orders@2.3')
    .action((name: string, options: { only?: string }, command: Command) =>
      runner.run(command, ['read-models'], (target, json) =>
        projectionsDrop(readModelsOf(target), name, { ...options, json }, io),
      ),
    );
}

function addRebuild(projections: Command, runner: Runner, io: CliIo): void {
  projections
    .command('rebuild <projection>')
    .description('build it again beside the live version, then switch')
    .option('--verify', 'compare the new rows with the live ones, and report')
    .option('--require-same', 'compare, and switch only when they are the same')
    .option('--afresh', 'forget an interrupted rebuild instead of going on with it')
    .option('--drop', 'drop what was live afterwards')
    .option('--switch-parked', 'switch although it parks streams that the live version does not')
    .action((name: string, options: Omit<RebuildFlags, 'json'>, command: Command) =>
      runner.run(command, ['code'], (target, json) =>
        projectionsRebuild(target, name, { ...options, json }, io),
      ),
    );
}
