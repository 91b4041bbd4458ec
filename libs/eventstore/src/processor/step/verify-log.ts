import { markOf, type CommitHeader } from '../../log/commit.js';
import { LogDivergedError } from '../../log/errors.js';
import type { LogReader } from '../../log/log-reader.js';
import { sameMark, type Mark } from '../../log/positions.js';
import type { Checkpoint, ProcessorId } from '../checkpoint-store.js';

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
  assertSameLog(log, processor, checkpoint);
  if (checkpoint.position > 0)
    assertStandsAt(log, processor, { checkpoint, standing: await log.commitAt(checkpoint.position) });
}

/** The same, with what `standing` the log has there asked before. @throws LogDivergedError */
export function verifyStanding(
  log: LogReader,
  processor: ProcessorId,
  at: { readonly checkpoint: Checkpoint; readonly standing: CommitHeader | undefined },
): void {
  assertSameLog(log, processor, at.checkpoint);
  if (at.checkpoint.position > 0) assertStandsAt(log, processor, at);
}

function assertSameLog(log: LogReader, processor: ProcessorId, checkpoint: Checkpoint): void {
  if (log.logId === checkpoint.logId) return;
  throw new LogDivergedError(
    log.logId,
    `Processor "${processor}" follows log ${checkpoint.logId}, and this is log ${log.logId}: it was restored or replaced. Rebuild the processor from it.`,
  );
}

function assertStandsAt(
  log: LogReader,
  processor: ProcessorId,
  { checkpoint, standing }: { readonly checkpoint: Checkpoint; readonly standing: CommitHeader | undefined },
): void {
  const { position, mark } = checkpoint;
  if (standing && mark && sameMark(markOf(standing), mark)) return;
  throw new LogDivergedError(
    log.logId,
    `Processor "${processor}" stands at position ${position}, where it saw ${describe(mark)}, and log ${log.logId} ` +
      `${standing ? `has ${describe(markOf(standing))}` : 'ends before'}: it was restored from a backup or lost its end. ` +
      `Run "varve log restored" on it and rebuild the processor.`,
  );
}

function describe(mark: Mark | undefined): string {
  return mark ? `version ${mark.firstVersion} of stream "${mark.stream}"` : 'no mark';
}
