import { messageOf } from './message-of.js';

/** What a lib throws for an option that makes no sense. */
export type OptionErrorClass = new (option: string, message: string) => Error;

const KINDS = {
  array: { is: Array.isArray, remedy: 'Give an array.' },
  boolean: { is: (value) => typeof value === 'boolean', remedy: 'Give true or false.' },
  function: { is: (value) => typeof value === 'function', remedy: 'Give a function.' },
  number: { is: (value) => typeof value === 'number' && value >= 0, remedy: 'Give a number from 0.' },
  object: { is: isObject, remedy: 'Give an object.' },
  string: { is: (value) => typeof value === 'string', remedy: 'Give a text.' },
} as const satisfies Readonly<Record<string, Kind>>;

interface Kind {
  readonly is: (value: unknown) => boolean;
  readonly remedy: string;
}

/** What an option may be, if it is given: of a kind, or one of these words; `true`: whoever reads it sees to that. */
export type OptionKind = keyof typeof KINDS | readonly string[] | true;

/** Which options there are, and who says that another is none. */
export interface OptionsKnown<Options extends object> {
  /** Whose they are, as within a sentence: `the Kafka bus`. */
  readonly of: string;
  /** An object, so that the compiler misses an option that it lacks. */
  readonly known: Readonly<Record<keyof Required<Options>, OptionKind>>;
  readonly error: OptionErrorClass;
  /** The option that holds them, if another one does. */
  readonly path?: string;
}

/** What drivers call an option of ours. Ignored, it would be a connection that is not encrypted, or a log that is opened for writing. */
const OURS: Readonly<Record<string, string>> = {
  ssl: 'tls',
  sslEnabled: 'tls',
  url: 'uri',
  dbName: 'database',
  filename: 'file',
  readonly: 'readOnly',
};

/** The options that are not `undefined`: to be laid over the defaults, which an option that is left out that way does not change. */
export function givenOptions<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options;
}

/**
 * To be asked before any option is read.
 *
 * @throws `error`, when they are no object, or hold an option that nobody reads, or one of another kind
 */
export function assertKnownOptions<Options extends object>(
  options: unknown,
  { of, known, error: OptionError, path = '' }: OptionsKnown<Options>,
): void {
  // What is given instead is not shown: it may be an address with a password.
  if (!isObject(options)) {
    const what = path === '' ? `The options of ${of} are` : `"${path}" of ${of} is`;
    throw new OptionError(path || 'options', `${what} no object. Give one.`);
  }
  const kinds: Readonly<Record<string, OptionKind>> = known;
  for (const [name, value] of Object.entries(options)) {
    const problem = Object.hasOwn(known, name)
      ? kindProblem(value, kinds[name])
      : `is unknown. ${remedyFor(name, known)}`;
    if (problem === undefined) continue;
    const option = path === '' ? name : `${path}.${name}`;
    throw new OptionError(option, `"${option}" of ${of} ${problem}`);
  }
}

/**
 * As `assertKnownOptions`, of the names alone, and for some twenty nanoseconds: the options of one call, which are checked where they are used.
 *
 * @throws `error`
 */
export function assertKnownNames<Options extends object>(
  options: Options,
  about: OptionsKnown<Options>,
): void {
  const known: Readonly<Record<string, OptionKind | undefined>> = about.known;
  if (!isObject(options)) assertKnownOptions(options, about);
  // Not over Object.keys, which takes twice as long.
  for (const name in options) if (known[name] === undefined) assertKnownOptions(options, about);
}

function remedyFor(unknown: string, known: object): string {
  const ours = Object.hasOwn(OURS, unknown) ? OURS[unknown] : undefined;
  if (ours !== undefined && Object.hasOwn(known, ours)) return `It is called "${ours}" here: use "${ours}".`;
  return `Known are ${Object.keys(known).join(', ')}.`;
}

function kindProblem(value: unknown, kind: OptionKind = true): string | undefined {
  if (kind === true || value === undefined) return undefined;
  const { is, remedy } = typeof kind === 'string' ? KINDS[kind] : oneOf(kind);
  return is(value) ? undefined : `is ${shownOption(value)}. ${remedy}`;
}

function oneOf(words: readonly string[]): Kind {
  return {
    is: (value) => typeof value === 'string' && words.includes(value),
    remedy: `Give ${words.map((word) => `"${word}"`).join(' or ')}.`,
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An option's value in a sentence, whatever was given. Not for what may hold a secret. */
export function shownOption(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(shownOption).join(', ')}]`;
  return messageOf(value);
}
