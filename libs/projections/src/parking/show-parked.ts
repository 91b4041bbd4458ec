import type {
  EventStore,
  ParkedSequence,
  Position,
  ProcessorId,
  RecordedEvent,
  StreamName,
} from '@varve/eventstore';
import { NotParkedError } from '../projection/errors.js';
import type { ReadModels } from '../projection/read-models.js';

/** A stream that is set aside, with what waits behind the commit that failed. */
export interface ParkedDetails {
  readonly parked: ParkedSequence;
  /** How far the others have come. */
  readonly checkpoint: Position;
  /** The events that wait, beginning with the commit that failed: the first `limit` of them. */
  readonly waiting: readonly RecordedEvent[];
  /** There are more than `waiting`. */
  readonly more: boolean;
}

type Parked = Pick<ReadModels<never>, 'load' | 'listParked'>;

/** Why a stream is set aside, and what waits in the log behind what failed. @throws NotParkedError */
export async function showParked(
  { log, readModels }: { readonly log: Pick<EventStore, 'readStream'>; readonly readModels: Parked },
  processor: ProcessorId,
  stream: StreamName,
  { limit = 100 }: { readonly limit?: number } = {},
): Promise<ParkedDetails> {
  const parked = (await readModels.listParked(processor, stream)).find((row) => row.stream === stream);
  if (!parked) throw new NotParkedError(processor, stream);
  const checkpoint = (await readModels.load(processor))?.position ?? 0;
  const waiting: RecordedEvent[] = [];
  for await (const event of log.readStream(stream, { from: parked.nextVersion, limit: limit + 1 })) {
    waiting.push(event);
  }
  return { parked, checkpoint, waiting: waiting.slice(0, limit), more: waiting.length > limit };
}
