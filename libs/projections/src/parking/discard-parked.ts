import type { ProcessorId, StreamName } from '@varve/eventstore';
import { NotParkedError } from '../projection/errors.js';
import type { ReadModels } from '../projection/read-models.js';

type Parked = Pick<ReadModels<never>, 'request'>;

/**
 * Asks whichever instance has the lease to give up on the commit that failed, on record, and to apply what waits behind it.
 * @throws NotParkedError
 */
export async function discardParked(
  readModels: Parked,
  processor: ProcessorId,
  stream: StreamName,
): Promise<void> {
  if (!(await readModels.request(processor, stream, 'discard'))) throw new NotParkedError(processor, stream);
}
