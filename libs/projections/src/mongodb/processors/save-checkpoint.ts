import type { Checkpoint, ProcessorId } from '@varve/eventstore';
import type { Own } from '../connection/own-collections.js';

/** Moves the checkpoint only if it still stands at `from`, under `from`'s token. Never an upsert, which would make the row that it has not found. */
export async function saveCheckpoint(
  own: Own,
  processor: ProcessorId,
  move: { readonly from: Checkpoint; readonly to: Omit<Checkpoint, 'token'> },
  now: Date,
): Promise<boolean> {
  const { logId, position, token } = move.from;
  const { matchedCount } = await own.processors.updateOne(
    { _id: processor, logId, position, token },
    { $set: { ...placeOf(move.to), updatedAt: now }, $inc: { heartbeat: 1 } },
    own.inside,
  );
  return matchedCount === 1;
}

export function placeOf({ logId, position, mark }: Omit<Checkpoint, 'token'>) {
  return { logId, position, mark: mark ?? null };
}
