import { markOf, type LogReader, type Position } from '@varve/eventstore';
import { InvalidProjectionOptionsError, UnknownProjectionError } from './errors.js';
import type { ReadModels } from './read-models.js';
import { reactorIdOf } from './version-id.js';

/**
 * Sets a reactor back, so that it has its effects again for everything from a position on: mail is sent again, payments are asked for again.
 * Whoever runs it goes on from there. A position ahead of where it is leaves out what lies between.
 *
 * @throws UnknownProjectionError the reactor has never run
 */
export async function replayReactor<Tx>(
  { log, readModels }: { readonly log: LogReader; readonly readModels: ReadModels<Tx> },
  name: string,
  from: Position,
): Promise<void> {
  const processor = reactorIdOf({ name });
  const before = from - 1;
  const head = await log.head();
  if (!Number.isSafeInteger(from) || from < 1 || before > head) {
    throw new InvalidProjectionOptionsError(
      'from',
      `The position to replay from is ${from}: use a whole number from 1 to ${head + 1}.`,
    );
  }
  if (!(await readModels.load(processor))) throw new UnknownProjectionError(name, readModels.location);
  const commit = before === 0 ? undefined : await log.commitAt(before);
  await readModels.moveCheckpoint(processor, {
    logId: log.logId,
    position: before,
    ...(commit && { mark: markOf(commit) }),
  });
}
