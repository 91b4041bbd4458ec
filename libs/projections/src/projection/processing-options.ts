import {
  assertKnownOptions,
  DEFAULT_LEASE_DURATION,
  systemTimers,
  type BatchOptions,
  type EventRegistry,
  type FailurePolicy,
  type LogReader,
  type OptionKind,
  type Timers,
} from '@varve/eventstore';
import { InvalidProjectionOptionsError } from './errors.js';
import type { ReadModels } from './read-models.js';

/** What a projector and a rebuild have in common: where from, where to, and how. */
export interface ProcessingOptions<Tx> {
  /** The log, or a client of the service that owns it. */
  readonly log: LogReader;
  /** The database of the rows. Whoever has opened it closes it. */
  readonly readModels: ReadModels<Tx>;
  /** Decodes stored events into the shapes that this code knows. Without it, handlers see events as they are stored. */
  readonly registry?: EventRegistry;
  /** For projections and reactors that say nothing themselves. */
  readonly failurePolicy?: Partial<FailurePolicy>;
  /** What happens at an event that cannot be decoded: `stop` (default), or `skip` it, on record. */
  readonly onUndecodable?: 'stop' | 'skip';
  /** How long another instance must see a lease unchanged before it takes over, in milliseconds. Default 5,000. */
  readonly leaseDuration?: number;
  /** Names this instance for people. Default: random. */
  readonly owner?: string;
  /** How many commits a transaction takes, and for how long. Default: 500 to begin with, up to 10,000, about 25 ms. */
  readonly batch?: BatchOptions;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
  /** The time of day, for people to read. */
  readonly now?: () => Date;
  /** What is waited by, between looks at the log and before retries. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

export type Processing<Tx> = ProcessingOptions<Tx> &
  Required<Pick<ProcessingOptions<Tx>, 'owner' | 'leaseDuration' | 'clock' | 'timers'>>;

const KNOWN: Readonly<Record<keyof Required<ProcessingOptions<never>>, OptionKind>> = {
  log: 'object',
  readModels: 'object',
  registry: 'object',
  failurePolicy: true,
  onUndecodable: ['stop', 'skip'],
  leaseDuration: true,
  owner: 'string',
  batch: 'object',
  clock: 'function',
  now: 'function',
  timers: 'object',
  random: 'function',
};

/**
 * What a projector and a rebuild know, beside what only one of them does. To be asked before any option is read.
 *
 * @throws InvalidProjectionOptionsError
 */
export function assertProcessingOptions<Tx, Options extends ProcessingOptions<Tx>>(
  of: string,
  options: Options,
  own: Readonly<Record<keyof Omit<Required<Options>, keyof ProcessingOptions<Tx>>, OptionKind>>,
): void {
  const known: Readonly<Record<string, OptionKind>> = { ...KNOWN, ...own };
  assertKnownOptions<object>(options, { of, known, error: InvalidProjectionOptionsError });
}

export function processingOf<Tx>(options: ProcessingOptions<Tx>): Processing<Tx> {
  const { owner = crypto.randomUUID(), leaseDuration = DEFAULT_LEASE_DURATION } = options;
  const { clock = () => performance.now(), timers = systemTimers } = options;
  return { ...options, owner, leaseDuration, clock, timers };
}
