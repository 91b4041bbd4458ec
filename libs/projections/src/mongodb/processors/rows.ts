import type { Checkpoint, LeaseRow, ProcessorId } from '@varve/eventstore';
import type { Own, Place, ProcessorRecord } from '../connection/own-collections.js';

export function checkpointOf({ logId, position, mark, token, ahead = null }: ProcessorRecord): Checkpoint {
  const isAhead = ahead !== null && ahead.position > position;
  return {
    logId,
    position,
    ...(mark !== null && { mark }),
    token,
    ...(isAhead && { ahead: placeIn(ahead) }),
  };
}

function placeIn({ position, mark }: Place): Pick<Checkpoint, 'position' | 'mark'> {
  return { position, ...(mark !== null && { mark }) };
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
