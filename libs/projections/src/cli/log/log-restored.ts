import { InvalidOptionsError, type LogReader } from '@varve/eventstore';
import { answer, EXIT, type CliIo, type ExitCode } from '../terminal/io.js';

interface RestorableLog {
  restored(): Promise<string>;
}

/** Gives a log that was restored from a backup a new id, so that nothing mistakes it for the one it was copied from. */
export async function logRestored(log: LogReader, json: boolean, io: CliIo): Promise<ExitCode> {
  if (!isRestorable(log)) throw new InvalidOptionsError('--log', 'This log cannot be given a new id.');
  const before = log.logId;
  const after = await log.restored();
  const next =
    'Checkpoints made from the old id are refused: rebuild each projection (varve projections rebuild NAME).';
  answer(io, json, { before, after }, `The log was ${before} and is now ${after}.\n${next}`);
  return EXIT.ok;
}

function isRestorable(log: LogReader): log is LogReader & RestorableLog {
  return 'restored' in log && typeof log.restored === 'function';
}
