import type { Command } from 'commander';
import { collect, positiveNumber } from './arguments.js';
import { doctor } from './doctor.js';
import type { CliIo } from './io.js';
import { logBackup } from './log-backup.js';
import { logRestored } from './log-restored.js';
import { logTail, type LogTailOptions } from './log-tail.js';
import { logVerify } from './log-verify.js';
import type { Run } from './program.js';
import { streamsList } from './streams-list.js';
import { streamsShow, type StreamsShowOptions } from './streams-show.js';
import { logOf } from './target.js';

export function addLogCommands(program: Command, run: Run, io: CliIo): void {
  addLog(program, run, io);
  addStreams(program, run, io);
  program
    .command('doctor')
    .description('look at log and read models and say what is wrong')
    .action((_options: object, command: Command) =>
      run(command, (target, { json }) => doctor(target, json === true, io)),
    );
}

function addLog(program: Command, run: Run, io: CliIo): void {
  const log = program.command('log').description('the log itself');
  log
    .command('tail')
    .description('print the last commits')
    .option('--from <position>', 'begin at this position', positiveNumber)
    .option('--follow', 'go on printing what comes')
    .option('--category <name>', 'only this category (repeatable)', collect)
    .option('--type <name>', 'only commits with this event type (repeatable)', collect)
    .action((options: LogTailOptions, command: Command) =>
      run(command, (target, { json }) => logTail(logOf(target), { ...options, json: json === true }, io)),
    );
  log
    .command('verify')
    .description('walk the whole log and report holes, overlaps and what cannot be decoded')
    .action((_options: object, command: Command) =>
      run(command, (target, { json }) => logVerify(logOf(target), json === true, io)),
    );
  log
    .command('backup <file>')
    .description('copy the log while writers run')
    .action((file: string, _options: object, command: Command) =>
      run(command, (target) => logBackup(logOf(target), file, io)),
    );
  log
    .command('restored')
    .description('give a log that was restored from a backup a new id')
    .action((_options: object, command: Command) =>
      run(command, (target, { json }) => logRestored(logOf(target), json === true, io)),
    );
}

function addStreams(program: Command, run: Run, io: CliIo): void {
  const streams = program.command('streams').description('the streams of the log');
  streams
    .command('list')
    .description('list streams by name')
    .option('--category <name>', 'only this category')
    .option('--after <stream>', 'the last stream of the page before')
    .option('--limit <n>', 'at most this many (100)', positiveNumber)
    .action((options: { category?: string; after?: string; limit?: number }, command: Command) =>
      run(command, (target, { json }) => streamsList(logOf(target), { ...options, json: json === true }, io)),
    );
  streams
    .command('show <stream>')
    .description('print the events of a stream')
    .option('--from <version>', 'begin at this version', positiveNumber)
    .option('--limit <n>', 'at most this many (100)', positiveNumber)
    .option('--backward', 'newest first')
    .action((stream: string, options: StreamsShowOptions, command: Command) =>
      run(command, (target, { json }) =>
        streamsShow(logOf(target), stream, { ...options, json: json === true }, io),
      ),
    );
}
