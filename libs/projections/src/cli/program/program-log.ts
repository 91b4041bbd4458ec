import type { Command } from 'commander';
import type { LogReader } from '@varve/eventstore';
import { doctor } from '../doctor/doctor.js';
import { logBackup } from '../log/log-backup.js';
import { logConsumers, logForgetConsumer } from '../log/log-consumers.js';
import { logCopy } from '../log/log-copy.js';
import { logRestored } from '../log/log-restored.js';
import { logTail, type LogTailOptions } from '../log/log-tail.js';
import { logVerify } from '../log/log-verify.js';
import { streamsList } from '../log/streams-list.js';
import { streamsShow, type StreamsShowOptions } from '../log/streams-show.js';
import { logOf } from '../target.js';
import type { CliIo, ExitCode } from '../terminal/io.js';
import { collect, positiveNumber } from './arguments.js';
import type { Runner } from './program.js';

export function addLogCommands(program: Command, runner: Runner, io: CliIo): void {
  const onLog: OnLog = (command, work) =>
    runner.run(command, ['log'], (target, json) => work(logOf(target), json));
  const log = program.command('log').description('the log itself');
  addReading(log, onLog, io);
  addUpkeep(log, onLog, io);
  addCopy(log, runner, io);
  addStreams(program, onLog, io);
  program
    .command('doctor')
    .description('look at log and read models and say what is wrong')
    .action((_options: object, command: Command) =>
      runner.examine(command, (parts, json) => doctor(parts, json, io)),
    );
}

type OnLog = (command: Command, work: (log: LogReader, json: boolean) => Promise<ExitCode>) => Promise<void>;

function addReading(log: Command, onLog: OnLog, io: CliIo): void {
  log
    .command('tail')
    .description('print the last commits')
    .option('--from <position>', 'begin at this position', positiveNumber)
    .option('--follow', 'go on printing what comes')
    .option('--category <name>', 'only this category (repeatable)', collect)
    .option('--type <name>', 'only commits with this event type (repeatable)', collect)
    .action((options: Omit<LogTailOptions, 'json'>, command: Command) =>
      onLog(command, (store, json) => logTail(store, { ...options, json }, io)),
    );
  log
    .command('verify')
    .description('walk the whole log and report holes, overlaps and what cannot be decoded')
    .action((_options: object, command: Command) =>
      onLog(command, (store, json) => logVerify(store, json, io)),
    );
  log
    .command('consumers')
    .description('list the groups of projectors that follow the log, and where their read models are')
    .action((_options: object, command: Command) =>
      onLog(command, (store, json) => logConsumers(store, json, io)),
    );
}

function addUpkeep(log: Command, onLog: OnLog, io: CliIo): void {
  log
    .command('backup <file>')
    .description('copy the log while writers run')
    .action((file: string, _options: object, command: Command) =>
      onLog(command, (store, json) => logBackup(store, file, json, io)),
    );
  log
    .command('restored')
    .description('give a log that was restored from a backup a new id')
    .action((_options: object, command: Command) =>
      onLog(command, (store, json) => logRestored(store, json, io)),
    );
  log
    .command('forget-consumer <group>')
    .description('let a group of projectors make its read models somewhere else')
    .action((group: string, _options: object, command: Command) =>
      onLog(command, (store, json) => logForgetConsumer(store, group, json, io)),
    );
}

function addCopy(log: Command, runner: Runner, io: CliIo): void {
  log
    .command('copy <from> <to>')
    .description('copy a log between files and databases (mongodb://HOST/DATABASE), while writers run')
    .option('--move', 'seal the old log and keep its id: the apps go on with the new one')
    .action((from: string, to: string, { move }: { move?: boolean }, command: Command) =>
      runner.alone(command, (json) => logCopy({ from, to, ...(move && { move }), json }, io)),
    );
}

function addStreams(program: Command, onLog: OnLog, io: CliIo): void {
  const streams = program.command('streams').description('the streams of the log');
  streams
    .command('list')
    .description('list streams by name')
    .option('--category <name>', 'only this category')
    .option('--after <stream>', 'the last stream of the page before')
    .option('--limit <n>', 'at most this many (100)', positiveNumber)
    .action((options: { category?: string; after?: string; limit?: number }, command: Command) =>
      onLog(command, (store, json) => streamsList(store, { ...options, json }, io)),
    );
  streams
    .command('show <stream>')
    .description('print the events of a stream')
    .option('--from <version>', 'begin at this version', positiveNumber)
    .option('--limit <n>', 'at most this many (100)', positiveNumber)
    .option('--backward', 'newest first')
    .action((stream: string, options: Omit<StreamsShowOptions, 'json'>, command: Command) =>
      onLog(command, (store, json) => streamsShow(store, stream, { ...options, json }, io)),
    );
}
