import type { EventStore } from '@varve/eventstore';
import { Projector, retryParked } from '@varve/projections';
import type { SqliteReadModels } from '@varve/projections/sqlite';
import { until } from '../../support/until.ts';
import { accounts } from './accounts.ts';
import { stepping } from './stepping.ts';

const ID = 'accounts@1';

export const PARKED_STREAM = 'order-2';

/**
 * An event that this code cannot apply parks its stream; then the code is mended and the stream tried again.
 * `step` is called between any two things that the projector does.
 */
export async function parkAndRetry(
  log: EventStore,
  readModels: SqliteReadModels,
  step: () => void = () => undefined,
): Promise<void> {
  let isMended = false;
  const refuse = ({ stream, version }: { stream: string; version: number }): void => {
    if (!isMended && stream === PARKED_STREAM && version >= 2) throw new Error('This code cannot apply it.');
  };
  const projector = new Projector({
    log: stepping(log, step),
    readModels: stepping(readModels, step),
    group: readModels.location,
    projections: [accounts({ then: 'park', before: refuse })],
    leaseDuration: 30,
    batch: { initial: 4, max: 4 },
  });
  await projector.runUntilCaughtUp();
  isMended = true;
  const parked = await readModels.listParked(ID);
  for (const { stream } of parked) await retryParked(readModels, ID, stream);
  // Whoever was killed still holds the lease, and only the lease's holder sees to what is asked for.
  await projector.start();
  await until(async () => (await readModels.listParked(ID)).length === 0);
  await projector.runUntilCaughtUp();
  await projector.stop();
}
