import { InvalidBusOptionsError } from './errors.js';

/** Which part of a group's dead letters is listed: without `after` the first page. */
export interface DeadLetterPage {
  /** The last id of the page before. */
  readonly after?: string;
  /** 1 to 1,000, default 100. */
  readonly limit?: number;
}

/** It was settled so long ago that nobody knows where it stood. */
export function unknownPlace(after: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError(
    'after',
    `Dead letter ${after} is no longer there, and neither is its place. List from the beginning.`,
  );
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** For adapters: a page as it was asked for, with its default, checked. @throws InvalidBusOptionsError */
export function deadLetterPage({ after, limit = DEFAULT_LIMIT }: DeadLetterPage = {}): {
  readonly after: string | undefined;
  readonly limit: number;
} {
  if (Number.isSafeInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return { after, limit };
  throw new InvalidBusOptionsError('limit', `A page of dead letters has 1 to ${MAX_LIMIT}, not ${limit}.`);
}
