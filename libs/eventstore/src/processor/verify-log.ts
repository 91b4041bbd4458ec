import { markOf } from '../log/commit.js';
import { LogDivergedError } from '../log/errors.js';
import type { LogReader } from '../log/log-reader.js';
import { sameMark, type Mark } from '../log/positions.js';
import type { Checkpoint, ProcessorId } from './checkpoint-store.js';

/**
 * Makes sure that this is still the log that the checkpoint came from. Called after each read and before anything of it is applied, so
 * that a log that was replaced in between is noticed as well.
 *
 * @throws LogDivergedError
 */
export async function verifyLog(
  log: LogReader,
  processor: ProcessorId,
  checkpoint: Checkpoint,
): Promise<void> {
  if (log.logId !== checkpoint.logId) {
    throw new LogDivergedError(
      log.logId,
      `Processor "${processor}" follows log ${checkpoint.logId}, and this is log ${log.logId}: it was restored or replaced. Rebuild the processor from it.`,
    );
  }
  if (checkpoint.position === 0) return;
  const commit = await log.commitAt(checkpoint.position);
  if (commit && checkpoint.mark && sameMark(markOf(commit), checkpoint.mark)) return;
  throw new LogDivergedError(
    log.logId,
    `Processor "${processor}" stands at position ${checkpoint.position}, where it saw ${describe(checkpoint.mark)}, and log ${log.logId} ` +
      `${commit ? `has ${describe(markOf(commit))}` : 'ends before'}: it was restored from a backup or lost its end. ` +
      `Run "varve log restored" on it and rebuild the processor.`,
  );
}

function describe(mark: Mark | undefined): string {
  return mark ? `version ${mark.firstVersion} of stream "${mark.stream}"` : 'no mark';
}
