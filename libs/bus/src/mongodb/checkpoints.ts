import type { Checkpoint, ProcessorId } from '@varve/eventstore';
import type { Collections, RelayRecord } from './collections.js';
import type { PublicationStep } from './publication-step.js';

type Relays = Pick<Collections, 'relays'>;

export async function loadCheckpoint(
  { relays }: Relays,
  processor: ProcessorId,
): Promise<Checkpoint | undefined> {
  const record = await relays.findOne({ _id: processor });
  return record ? checkpointOf(record) : undefined;
}

export async function standsAt({ relays }: Relays, processor: ProcessorId, at: Checkpoint): Promise<boolean> {
  const found = await relays.findOne(placeOf(processor, at), { projection: { _id: 1 } });
  return found !== null;
}

/** `false`: the checkpoint does not stand any more where the step began, or not under its token. Never an upsert, which would make the row that it has not found. */
export async function endStep({ relays }: Relays, step: PublicationStep): Promise<boolean> {
  const { processor, move } = step;
  const notes = [...step.notes].map(([name, value]) => [`notes.${name}`, value] as const);
  if (!move && notes.length === 0) return true;
  const to = move && { logId: move.to.logId, position: move.to.position, mark: move.to.mark ?? null };
  const { matchedCount } = await relays.updateOne(move ? placeOf(processor, move.from) : { _id: processor }, {
    $set: { ...to, ...Object.fromEntries(notes) },
    ...(move && { $inc: { heartbeat: 1 } }),
  });
  return matchedCount === 1;
}

function placeOf(processor: ProcessorId, { logId, position, token }: Checkpoint) {
  return { _id: processor, logId, position, token };
}

function checkpointOf({ logId, position, mark, token }: RelayRecord): Checkpoint {
  return { logId, position, ...(mark !== null && { mark }), token };
}
