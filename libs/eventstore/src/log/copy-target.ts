import { InvalidOptionsError, LogDivergedError } from './errors.js';
import type { CopySource } from './movable-log.js';
import type { LogId, Position } from './positions.js';

/** @throws InvalidOptionsError the log would be copied onto itself */
export function assertElsewhere({ location }: { readonly location: string }, source: CopySource): void {
  if (location === source.location) throw ontoItself(location);
}

/**
 * By its id: one place has many names (links, addresses of one host), and an empty log that is marked as a copy of itself would be lost.
 *
 * @throws InvalidOptionsError the log would be copied onto itself
 */
export function assertAnother({ location, logId }: CopySource, source: CopySource): void {
  if (logId === source.logId) throw ontoItself(location);
}

function ontoItself(location: string): InvalidOptionsError {
  return new InvalidOptionsError(
    'to',
    `The log ${location} cannot be copied onto itself. Name another place.`,
  );
}

/** A copy is made into a log that nobody has used. */
export function notEmpty(location: string, head: Position): InvalidOptionsError {
  const what = head === 0 ? 'a log that is in use' : `a log of ${head} commits`;
  return new InvalidOptionsError(
    'to',
    `There is ${what} at ${location} already. Nothing was changed in it. A copy needs a new place, or a log without commits, fences and consumers.`,
  );
}

export function otherSource(location: string, known: CopySource, wanted: CopySource): InvalidOptionsError {
  return new InvalidOptionsError(
    'to',
    `The log ${location} is being copied from ${known.location} (log ${known.logId}), not from ${wanted.location} (log ${wanted.logId}). ` +
      'Nothing was changed in it. Finish that copy, or choose another place.',
  );
}

/** Two commands have made the same copy, and the other one was faster: what is there belongs to the apps now. */
export function alreadyReleased(location: string, logId: LogId): LogDivergedError {
  return new LogDivergedError(
    logId,
    `The log ${location} was finished and released as ${logId} by somebody else while it was copied here. Nothing more was written to it.`,
  );
}
