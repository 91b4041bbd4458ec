import { InvalidOptionsError, type LogReader } from '@varve/eventstore';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';
import { printable } from '../terminal/render.js';

interface LogWithBackup {
  backup(to: string): Promise<unknown>;
}

export async function logBackup(log: LogReader, to: string, json: boolean, io: CliIo): Promise<ExitCode> {
  if (!hasBackup(log)) throw new InvalidOptionsError('--log', 'This log cannot make a backup of itself.');
  await log.backup(to);
  const { logId } = log;
  const next = 'After restoring it, run "varve log restored" before anything else opens it.';
  answer(io, json, { logId, file: to }, `Backed up log ${logId} to ${printable(to)}.\n${next}`);
  return EXIT.ok;
}

function hasBackup(log: LogReader): log is LogReader & LogWithBackup {
  return 'backup' in log && typeof log.backup === 'function';
}
