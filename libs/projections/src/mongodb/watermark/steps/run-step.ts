import { LeaseLostError, type ProcessorId } from '@varve/eventstore';
import type { Own } from '../../connection/own-collections.js';
import { saveCheckpoint } from '../../processors/save-checkpoint.js';
import { findVersionOf } from '../../versions/find-version.js';
import { physicalPrefix } from '../../versions/names.js';
import { versionCollections } from '../../versions/version-collections.js';
import { recordSkipped } from '../parking/record-skipped.js';
import { storedRows } from '../rows/stored-row.js';
import { planRows, writeRows, type PlannedRows, type Writing } from '../rows/write-rows.js';
import type { WatermarkTransaction } from '../watermark-transaction.js';
import { claimStep, type Steps } from './claim-step.js';
import { finishStep } from './finish-step.js';

interface StepParts {
  readonly tx: WatermarkTransaction;
  readonly writing: Writing;
}

/**
 * What a transaction's end is elsewhere: all rows are folded, the step is claimed, the rows are written, and then the checkpoint. What cannot be
 * folded is noticed before anything is written. Whoever dies in between has left
 * rows that are ahead of the checkpoint, which the next step finds as it would have made them.
 *
 * @throws LeaseLostError, ProjectionFailedError, TransactionTooLongError, ReadModelsUnavailableError, the driver's errors
 */
export async function runStep(
  own: Own,
  processor: ProcessorId,
  { tx, writing, steps }: StepParts & { readonly steps: Steps },
): Promise<void> {
  const { step, changes, skipped } = tx;
  changes.end();
  if (!step) return writeAll(own, processor, { tx, writing, planned: await planAll(own, { tx, writing }) });
  const { from, to } = step;
  changes.assertWithin(from.position, to.position);
  if (changes.isEmpty && skipped.length === 0) {
    if (await saveCheckpoint(own, processor, step, writing.now)) return;
    throw new LeaseLostError(processor);
  }
  const planned = await planAll(own, { tx, writing });
  const id = steps.begin();
  try {
    if (!(await claimStep(own, processor, { ...step, id }))) throw new LeaseLostError(processor);
    await writeAll(own, processor, { tx, writing, planned });
    if (await finishStep(own, processor, { from, to, id }, writing.now)) return;
  } finally {
    steps.end(id);
  }
  await clearIfDropped(own, processor);
  throw new LeaseLostError(processor);
}

async function planAll(own: Own, { tx, writing }: StepParts): Promise<readonly PlannedRows[]> {
  const planned: PlannedRows[] = [];
  for (const [name, rows] of tx.changes.collections)
    planned.push(await planRows(storedRows(own, name), rows, writing));
  return planned;
}

async function writeAll(
  own: Own,
  processor: ProcessorId,
  { tx, writing, planned }: StepParts & { readonly planned: readonly PlannedRows[] },
): Promise<void> {
  for (const skipped of tx.skipped) await recordSkipped(own, processor, skipped);
  for (const rows of planned) await writeRows(rows, writing);
}

/** A version that was dropped while its rows were written has got collections again. */
async function clearIfDropped(own: Own, processor: ProcessorId): Promise<void> {
  const found = await findVersionOf(own, processor);
  if (found?.state !== 'dropped') return;
  for (const { physicalName } of await versionCollections(own.database, physicalPrefix(own.prefix, found))) {
    await own.database.dropCollection(physicalName);
  }
}
