import { shownOption } from '../log/known-options.js';

/** What is thrown for an option that cannot be as it is, in the words of whoever has it. */
export type Refusal = (option: string, problem: string, remedy: string) => Error;

/** For adapters in MongoDB: how long a prefix of theirs may be, and what `assertPlace` throws. */
export interface PlaceRules {
  /** In UTF-16 code units: a collection's name has room for so much more. */
  readonly longestPrefix: number;
  readonly refusal: Refusal;
}

type Place = Readonly<Record<'uri' | 'client' | 'database' | 'collectionPrefix', unknown>>;

/**
 * For adapters in MongoDB: checks address or client, database and prefix as far as that goes without asking a server.
 *
 * @throws what `refusal` makes, when nothing could be at such a place
 */
export function assertPlace(place: Place, { longestPrefix, refusal }: PlaceRules): void {
  const { uri, client, database, collectionPrefix } = place;
  if ((uri === undefined) === (client === undefined)) {
    const problem = uri === undefined ? 'and "client" are both missing' : 'is given together with "client"';
    throw refusal('uri', problem, 'Give one of them');
  }
  if (uri !== undefined && (typeof uri !== 'string' || !/^mongodb(\+srv)?:\/\//.test(uri))) {
    throw refusal('uri', 'is no MongoDB address', 'Use "mongodb://…" or "mongodb+srv://…"');
  }
  if (client !== undefined && !isClient(client)) {
    throw refusal('client', 'is no client', 'Give a MongoClient of the package "mongodb"');
  }
  if (!isName(database, 63) || !/^[^\s/\\."$*<>:|?\0]+$/.test(database))
    throw refusal('database', `is ${shownOption(database)}`, A_NAME);
  if (!isName(collectionPrefix, longestPrefix) || !/^(?!system\.)[^\s$\0]*$/.test(collectionPrefix))
    throw refusal('collectionPrefix', `is ${shownOption(collectionPrefix)}`, A_NAME);
}

/** A time, or its default where none is given. @throws what `refusal` makes */
export function milliseconds(
  refusal: Refusal,
  option: string,
  value: number | undefined,
  fallback: number,
): number {
  if (value === undefined) return fallback;
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw refusal(option, `is ${shownOption(value)}`, 'Use milliseconds, a whole number from 1');
}

const A_NAME = 'Use a name that MongoDB takes, such as "shop"';

function isName(given: unknown, longest: number): given is string {
  return typeof given === 'string' && given.length <= longest;
}

function isClient(given: unknown): boolean {
  return (
    typeof given === 'object' &&
    given !== null &&
    'startSession' in given &&
    typeof given.startSession === 'function'
  );
}
