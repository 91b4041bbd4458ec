import { InvalidOptionsError } from '../log/errors.js';
import type { LogFilling, LogSeal, MovableLog } from '../log/movable-log.js';

type Target = Pick<LogFilling, 'location' | 'logId'>;
type Source = Pick<MovableLog, 'location' | 'findSeal'>;

/** The way out for who has lost the new place. */
const WITHOUT_MOVING =
  'Copied without moving it, it gets an id of its own, and the projections are built anew from it.';

/**
 * A log goes on in one place: in two, each would give out the same positions, and whoever follows it could not tell.
 *
 * @throws InvalidOptionsError the log was moved, or is being moved somewhere else
 */
export function assertMoveTo<Seal extends LogSeal | undefined>(
  target: Target,
  { location }: Source,
  seal: Seal,
): Seal {
  if (seal?.handedTo !== undefined && seal.handedTo !== target.logId) throw movedBefore(location, seal);
  if (seal?.movedTo === undefined || seal.movedTo === target.location) return seal;
  throw new InvalidOptionsError(
    'to',
    `The log ${location} was sealed to be moved to ${seal.movedTo}, and cannot be moved to ${target.location} as well: ` +
      `two logs would have one id. Finish that move. ${WITHOUT_MOVING}`,
  );
}

/** Of a log that was handed over to another copy than the one that is to be made. */
export function movedBefore(location: string, { movedTo = 'elsewhere' }: LogSeal): InvalidOptionsError {
  return new InvalidOptionsError(
    'to',
    `The log ${location} was moved to ${movedTo} and goes on there: moved again, it would be two logs with one id. Open it there; ` +
      `if it is gone from there, restore it from its backup. Only if there is none: what is left is this log up to the move. ${WITHOUT_MOVING}`,
  );
}

/**
 * As a copy it would get another id, and the log that was sealed for it could go nowhere any more.
 *
 * @throws InvalidOptionsError
 */
export async function assertNoMoveTo({ location, logId }: Target, source: Source): Promise<void> {
  const seal = await source.findSeal();
  if (seal?.movedTo !== location || (seal.handedTo !== undefined && seal.handedTo !== logId)) return;
  throw new InvalidOptionsError(
    'as',
    `The log ${source.location} was sealed to be moved to ${location}. Finish that move (--move, or as: 'move').`,
  );
}
