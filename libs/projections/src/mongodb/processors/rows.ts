import type { Checkpoint, LeaseRow, ProcessorId } from '@varve/eventstore';
import type { Own, ProcessorRecord } from '../connection/own-collections.js';

export function checkpointOf({ logId, position, mark, token }: ProcessorRecord): Checkpoint {
  return { logId, position, ...(mark !== null && { mark }), token };
}

export function leaseRowOf(record: ProcessorRecord, beats: number): LeaseRow {
  const { token, heartbeat, owner, state, reason } = record;
  return {
    token,
    heartbeat: heartbeat + beats,
    ...(owner !== null && { owner }),
    state,
    ...(reason !== null && { reason }),
  };
}

/** How often the lease was renewed since there is one. */
export async function beatsOf({ renewals, inside }: Own, processor: ProcessorId): Promise<number> {
  return (await renewals.findOne({ _id: processor }, inside))?.beats ?? 0;
}
