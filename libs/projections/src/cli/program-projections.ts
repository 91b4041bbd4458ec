import type { Command } from 'commander';
import { duration, positiveNumber, wholeNumber } from './arguments.js';
import type { CliIo } from './io.js';
import type { Run } from './program.js';
import { projectionsDrop } from './projections-drop.js';
import { projectionsRebuild, type RebuildFlags } from './projections-rebuild.js';
import { projectionsSetState } from './projections-set-state.js';
import { projectionsStatus } from './projections-status.js';
import { projectionsWait } from './projections-wait.js';
import { replay } from './replay.js';
import { readModelsOf } from './target.js';

const DEFAULT_WAIT = 30_000;

export function addProjectionCommands(program: Command, run: Run, io: CliIo): void {
  const projections = program.command('projections').description('read models and what builds them');
  addLooking(projections, run, io);
  addSteering(projections, run, io);
  addRebuild(projections, run, io);
  program
    .command('replay <reactor>')
    .description('let a reactor have its effects again, from a position on')
    .requiredOption('--from <position>', 'the first position that is replayed', positiveNumber)
    .option('--effects-again', 'yes: its effects outside happen again')
    .action((name: string, options: { from: number; effectsAgain?: boolean }, command: Command) =>
      run(command, (target) => replay(target, name, options, io)),
    );
}

function addLooking(projections: Command, run: Run, io: CliIo): void {
  projections
    .command('list')
    .description('all versions of all projections')
    .action((_options: object, command: Command) =>
      run(command, (target, { json }) => projectionsStatus(target, undefined, json === true, io)),
    );
  projections
    .command('status [projection]')
    .description('where they stand, who works on them, what is wrong')
    .action((name: string | undefined, _options: object, command: Command) =>
      run(command, (target, { json }) => projectionsStatus(target, name, json === true, io)),
    );
  projections
    .command('wait <projection>')
    .description('wait until readers see a position')
    .option('--position <position>', "the log's head now, by default", wholeNumber)
    .option('--timeout <duration>', 'how long, e.g. 500ms, 30s, 5m', duration, DEFAULT_WAIT)
    .action((name: string, options: { position?: number; timeout: number }, command: Command) =>
      run(command, (target, { json }) =>
        projectionsWait(target, name, { ...options, json: json === true }, io),
      ),
    );
}

function addSteering(projections: Command, run: Run, io: CliIo): void {
  for (const [verb, state] of [['pause', 'paused'] as const, ['resume', 'active'] as const]) {
    projections
      .command(`${verb} <projection>`)
      .description(`${verb} all versions, or one`)
      .option('--version-number <n>', 'only this version', positiveNumber)
      .option('--reason <text>', 'for whoever looks later')
      .action((name: string, options: { versionNumber?: number; reason?: string }, command: Command) =>
        run(command, (target) =>
          projectionsSetState(
            readModelsOf(target),
            name,
            {
              state,
              ...(options.versionNumber === undefined ? {} : { version: options.versionNumber }),
              ...(options.reason === undefined ? {} : { reason: options.reason }),
            },
            io,
          ),
        ),
      );
  }
  projections
    .command('drop <projection>')
    .description('drop retired versions')
    .option('--only <version>', 'this one, e.g. orders@1 or orders@2.3')
    .action((name: string, options: { only?: string }, command: Command) =>
      run(command, (target) => projectionsDrop(readModelsOf(target), name, options.only, io)),
    );
}

function addRebuild(projections: Command, run: Run, io: CliIo): void {
  projections
    .command('rebuild <projection>')
    .description('build it again beside the live version, then switch')
    .option('--verify', 'compare the new rows with the live ones, and report')
    .option('--require-same', 'compare, and switch only when they are the same')
    .option('--afresh', 'forget an interrupted rebuild instead of going on with it')
    .option('--drop', 'drop what was live afterwards')
    .option('--switch-parked', 'switch although it parks streams that the live version does not')
    .action((name: string, options: Omit<RebuildFlags, 'json'>, command: Command) =>
      run(command, (target, { json }) =>
        projectionsRebuild(target, name, { ...options, json: json === true }, io),
      ),
    );
}
