import { InvalidOptionsError, type EventStore } from '@varve/eventstore';
import { EXIT, type CliIo, type ExitCode } from './io.js';

interface LogWithBackup {
  backup(to: string): Promise<unknown>;
}

export async function logBackup(log: EventStore, to: string, io: CliIo): Promise<ExitCode> {
  if (!hasBackup(log)) throw new InvalidOptionsError('--log', 'This log cannot make a backup of itself.');
  await log.backup(to);
  io.out(
    `Backed up log ${log.logId} to ${to}.\nAfter restoring it, run "varve log restored" before anything else opens it.`,
  );
  return EXIT.ok;
}

function hasBackup(log: EventStore): log is EventStore & LogWithBackup {
  return 'backup' in log && typeof log.backup === 'function';
}
