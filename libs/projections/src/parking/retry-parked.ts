import type { ProcessorId, StreamName } from '@varve/eventstore';
import { NotParkedError } from '../projection/errors.js';
import type { ReadModels } from '../projection/read-models.js';

type Parked = Pick<ReadModels<never>, 'request'>;

/**
 * Asks whichever instance has the lease to apply what waits, in order, up to where the others are. It may be asked for while the projector
 * runs or while it does not. @throws NotParkedError
 */
export async function retryParked(
  readModels: Parked,
  processor: ProcessorId,
  stream: StreamName,
): Promise<void> {
  if (!(await readModels.request(processor, stream, 'retry'))) throw new NotParkedError(processor, stream);
}
