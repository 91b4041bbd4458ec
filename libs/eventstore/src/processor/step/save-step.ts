import { isEventStoreError } from '../../log/errors.js';
import type { Checkpoint } from '../checkpoint-store.js';
import { CheckpointMovedError, LeaseLostError } from '../errors.js';
import type { Applied, AppliedVersions } from '../feed/applied-versions.js';
import type { Work } from './holding.js';

/** Where a step leaves the checkpoint. */
export interface CheckpointTarget extends Omit<Checkpoint, 'token'> {
  /** Versions that do not follow from the stretch of the log that was walked. */
  readonly applied?: Applied;
}

/**
 * One transaction: what the step writes, the versions that it has dealt with if they are kept, and its checkpoint by compare-and-set. Refused
 * when another instance has moved the checkpoint or taken the lease; everything is rolled back then. `saved` is called when only the
 * transaction's end is left.
 *
 * @throws LeaseLostError, CheckpointMovedError, and whatever `write` or the store throws
 */
export async function saveStep<Tx>(
  work: Work<Tx>,
  target: CheckpointTarget,
  write?: (tx: Tx) => void | Promise<void>,
  saved?: () => void,
): Promise<void> {
  const { settings, holding, keeper } = work;
  const from = holding.checkpoint;
  const { applied = holding.known?.walkedTo(target.position), ...to } = target;
  let begunAt = 0;
  let savedAt = 0;
  let refused: LeaseLostError | undefined;
  try {
    await settings.store.transaction(settings.id, async (tx) => {
      begunAt = settings.clock();
      const written = write?.(tx);
      if (written) await written;
      if (applied) await (settings.store as AppliedVersions<Tx>).saveApplied(tx, settings.id, applied);
      savedAt = settings.clock();
      if (!(await settings.store.save(tx, settings.id, from, to)))
        throw (refused = new LeaseLostError(settings.id));
      saved?.();
    });
  } catch (error) {
    throw refused || isEventStoreError(error, 'lease-lost') ? await whyRefused(work, error) : error;
  }
  work.size.spent(settings.clock() - begunAt);
  keeper.confirmed(savedAt);
  holding.checkpoint = { ...to, token: from.token };
  if (applied) holding.known?.saved(applied);
  work.board.position = to.position;
}

async function whyRefused<Tx>(work: Work<Tx>, refused: unknown): Promise<unknown> {
  const { store, id } = work.settings;
  const { position, token } = work.holding.checkpoint;
  const now = await store.load(id).catch(() => undefined);
  return now?.token === token && now.position !== position ? new CheckpointMovedError(id, position) : refused;
}
