import type { ParkedSequence, ProcessorId } from '@varve/eventstore';
import type { ReadModels } from '../projection/read-models.js';
import { reactorNameOf, versionIdOf } from '../projection/version-id.js';

/** A stream that a projection version, or a reactor, has set aside. */
export interface ParkedStream extends ParkedSequence {
  /** Names it for `showParked`, `retryParked` and `discardParked`. */
  readonly processor: ProcessorId;
  /** The projection's or the reactor's name. */
  readonly name: string;
}

type Parked = Pick<ReadModels<never>, 'listProcessors' | 'listParked'>;

/** Everything that is set aside, or only what is in one projection's versions or one reactor. */
export async function listParked(readModels: Parked, name?: string): Promise<readonly ParkedStream[]> {
  const streams: ParkedStream[] = [];
  for (const { processor, parked } of await readModels.listProcessors()) {
    const owner = versionIdOf(processor)?.name ?? reactorNameOf(processor) ?? processor;
    if (parked === 0 || (name !== undefined && owner !== name)) continue;
    const rows = await readModels.listParked(processor);
    for (const row of rows) streams.push({ ...row, processor, name: owner });
  }
  return streams;
}
