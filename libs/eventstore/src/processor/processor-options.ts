import { assertKnownOptions, type OptionKind } from '../log/known-options.js';
import { tell } from '../log/tell.js';
import type { Commit } from '../log/commit.js';
import { InvalidOptionsError } from '../log/errors.js';
import type { RecordedEvent } from '../log/event.js';
import type { LogReader } from '../log/log-reader.js';
import type { Position } from '../log/positions.js';
import type { CheckpointStore, ProcessorId } from './checkpoint-store.js';
import { failurePolicyFrom, type FailurePolicy } from './failure-policy.js';
import { keepsVersions, type AppliedVersions } from './feed/applied-versions.js';
import type { CommitFeed } from './feed/commit-feed.js';
import type { LeaseStore } from './lease/lease-store.js';
import type { ParkedSequences } from './parking/parked-sequences.js';
import type { ProcessorEvent } from './processor-events.js';
import type { BatchEffectHandler } from './step/batch-effects.js';
import type { BatchOptions } from './step/batch-size.js';
import { systemTimers, type Timers } from './timers.js';

/**
 * The database of what a processor writes: one transaction covers rows, checkpoint, lease and parked sequences, and the applied versions,
 * which only a processor needs that may be fed beside the log.
 */
export type ProcessorStore<Tx> = CheckpointStore<Tx> &
  LeaseStore &
  ParkedSequences<Tx> &
  Partial<AppliedVersions<Tx>>;

/** What a processor hands commits to. Its `effects` say whether they share the checkpoint's transaction, and so what a crash repeats. */
export type ProcessorHandler<Tx> = TransactionalHandler<Tx> | EffectHandler | BatchEffectHandler;

/** Writes in the transaction of the checkpoint: exactly once in effect. */
export interface TransactionalHandler<Tx> {
  readonly effects: 'in-transaction';
  /**
   * Applies commits in order. When one of many cannot be applied, throw `ProjectionFailedError` with its position if it is known: the
   * processor then need not look for it. A handler that waits may say by `at` what for, for people to read.
   */
  apply(commits: readonly HandledCommit[], tx: Tx, at?: (event: RecordedEvent) => void): void | Promise<void>;
}

/** Without its position when it did not come from the log. */
export type HandledCommit = Omit<Commit, 'position'> & { readonly position?: Position };

/** Has effects elsewhere: they come first, then the checkpoint, commit by commit. At-least-once: a crash between the two repeats a commit. */
export interface EffectHandler {
  readonly effects: 'before-checkpoint';
  /** `signal` is aborted when the processor is stopped or its lease is lost. A reaction that throws then does not count as failed, and comes again. */
  react(event: RecordedEvent, signal: AbortSignal): void | Promise<void>;
}

/** Which commits a processor reads at all: those that both lists let through. A list that is left out lets everything through. */
export interface ProcessorFilter {
  readonly categories?: readonly string[];
  /** Types as they are stored. A handler sees only events of these types, and reserved ones (`$…`) only if they are among them. */
  readonly types?: readonly string[];
}

/** The default of `leaseDuration`, in milliseconds. */
export const DEFAULT_LEASE_DURATION = 5_000;

/** What a `Processor` is made of. */
export interface ProcessorOptions<Tx> {
  /** Names its checkpoint, its lease and its parked streams in the store, such as `orders@2`; not empty. Instances with one id take turns. */
  readonly id: ProcessorId;
  /** The log that it follows: a store, or whatever else reads one. */
  readonly log: LogReader;
  /** Where its checkpoint, its lease and its parked streams are, and the rows of a handler in the transaction. */
  readonly store: ProcessorStore<Tx>;
  /** What it hands the commits to, each stream's in their order. */
  readonly handler: ProcessorHandler<Tx>;
  /** Brings commits beside the log. Needs a handler in the transaction, `order: 'stream'`, and a store that keeps versions. */
  readonly feed?: CommitFeed;
  /** How far the walk along the log stays behind its head while the feed is there first, in milliseconds. Default 2,000. */
  readonly walkBehind?: number;
  /** Keeps the versions that it has applied, and hides positions from the handler, as if it were fed: it will be, or is compared with what is. */
  readonly mayBeFed?: boolean;
  /** `log`: the order between streams matters, so that no stream can be parked. */
  readonly order: 'stream' | 'log';
  /** Names this instance for people. */
  readonly owner: string;
  /** Which commits it reads. Default: all of them. */
  readonly filter?: ProcessorFilter;
  /** Turns a stored event into what handlers see: none, one or many. */
  readonly decode?: (event: RecordedEvent) => readonly RecordedEvent[];
  /** What happens at an event that `decode` refuses: `stop` (default), or `skip` that event, on record. */
  readonly onUndecodable?: 'stop' | 'skip';
  /** What happens at a commit that cannot be applied. What is left out is as in `DEFAULT_FAILURE_POLICY`; `park` needs `order: 'stream'`. */
  readonly failurePolicy?: Partial<FailurePolicy>;
  /** Where a processor that has no checkpoint yet begins. Default `beginning`. */
  readonly startFrom?: 'beginning' | 'from-now';
  /** The store's transactions are in the log's own file, so that a power cut loses both or neither. */
  readonly sharesLogTransaction?: boolean;
  /** How long another instance must see the lease unchanged before it takes over, in milliseconds. Default 5,000; take-over comes at most 500 ms later. */
  readonly leaseDuration?: number;
  /** How many commits a transaction takes, and for how long. Default: 500 to begin with, up to 10,000, about 25 ms. */
  readonly batch?: BatchOptions;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
  /** The time of day, for people to read. */
  readonly now?: () => Date;
  /** What it waits by, between looks at the log and before retries. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  /** Hears what the processor does, at once and in order. It is not awaited: what it throws or rejects is dropped. */
  readonly onEvent?: (event: ProcessorEvent) => void;
}

/** The options with every default filled in. */
export interface ProcessorSettings<Tx> {
  readonly id: ProcessorId;
  readonly log: LogReader;
  readonly store: ProcessorStore<Tx>;
  readonly handler: ProcessorHandler<Tx>;
  readonly feed: CommitFeed | undefined;
  readonly walkBehind: number;
  readonly mayBeFed: boolean;
  readonly order: 'stream' | 'log';
  readonly owner: string;
  readonly filter: ProcessorFilter;
  readonly decode: ((event: RecordedEvent) => readonly RecordedEvent[]) | undefined;
  readonly onUndecodable: 'stop' | 'skip';
  readonly failurePolicy: FailurePolicy;
  readonly startFrom: 'beginning' | 'from-now';
  readonly leaseDuration: number;
  readonly clock: () => number;
  readonly now: () => Date;
  readonly timers: Timers;
  readonly random: () => number;
  readonly announce: (event: Announcement) => void;
}

type WithoutProcessor<Event> = Event extends unknown ? Omit<Event, 'processor'> : never;
export type Announcement = WithoutProcessor<ProcessorEvent>;

const KNOWN: Readonly<Record<keyof Required<ProcessorOptions<never>>, OptionKind>> = {
  id: 'string',
  log: 'object',
  store: 'object',
  handler: 'object',
  feed: 'object',
  walkBehind: true,
  mayBeFed: 'boolean',
  order: ['stream', 'log'],
  owner: 'string',
  filter: 'object',
  decode: 'function',
  onUndecodable: ['stop', 'skip'],
  failurePolicy: true,
  startFrom: ['beginning', 'from-now'],
  sharesLogTransaction: 'boolean',
  leaseDuration: true,
  batch: 'object',
  clock: 'function',
  now: 'function',
  timers: 'object',
  random: 'function',
  onEvent: 'function',
};

/** @throws InvalidOptionsError */
export function settingsOf<Tx>(options: ProcessorOptions<Tx>): ProcessorSettings<Tx> {
  const rules = { of: 'a processor', known: KNOWN, error: InvalidOptionsError };
  assertKnownOptions<ProcessorOptions<Tx>>(options, rules);
  const settings: ProcessorSettings<Tx> = {
    id: options.id,
    log: options.log,
    store: options.store,
    handler: options.handler,
    feed: options.feed,
    walkBehind: options.walkBehind ?? 2_000,
    mayBeFed: options.mayBeFed ?? options.feed !== undefined,
    order: options.order,
    owner: options.owner,
    filter: options.filter ?? {},
    decode: options.decode,
    onUndecodable: options.onUndecodable ?? 'stop',
    failurePolicy: failurePolicyFrom(options.failurePolicy),
    startFrom: options.startFrom ?? 'beginning',
    leaseDuration: options.leaseDuration ?? DEFAULT_LEASE_DURATION,
    clock: options.clock ?? (() => performance.now()),
    now: options.now ?? (() => new Date()),
    timers: options.timers ?? systemTimers,
    random: options.random ?? Math.random,
    announce: announcer(options),
  };
  assertSafe(settings, options.sharesLogTransaction ?? false);
  assertNumbers(settings, options.batch ?? {});
  return settings;
}

function announcer<Tx>({ id, onEvent }: ProcessorOptions<Tx>): (event: Announcement) => void {
  return (event) => tell(onEvent, { processor: id, ...event });
}

function assertSafe<Tx>(settings: ProcessorSettings<Tx>, sharesLogTransaction: boolean): void {
  const { id, order, failurePolicy, log } = settings;
  if (settings.handler.effects === 'in-batches-before-checkpoint') assertWholeCommits(settings);
  if (settings.mayBeFed) assertMayBeFed(settings);
  if (order === 'log' && failurePolicy.then === 'park') {
    throw new InvalidOptionsError(
      'failurePolicy.then',
      `Processor "${id}" has order 'log' and failurePolicy.then 'park': commits behind a parked stream would be applied before it. ` +
        `Use order 'stream', or stop.`,
    );
  }
  if (log.durability === 'process-crash' && !sharesLogTransaction) {
    throw new InvalidOptionsError(
      'durability',
      `Processor "${id}" keeps its checkpoint outside a log of durability 'process-crash': a power cut could take back commits that it has ` +
        `applied. Open the log with durability 'power-cut', or keep both in one file.`,
    );
  }
}

function assertMayBeFed<Tx>({ id, order, handler, store }: ProcessorSettings<Tx>): void {
  if (order === 'log') {
    throw new InvalidOptionsError(
      'order',
      `Processor "${id}" has order 'log' and a feed beside the log, which keeps no order between streams. Use order 'stream', or leave out the feed.`,
    );
  }
  if (handler.effects !== 'in-transaction') {
    throw new InvalidOptionsError(
      'feed',
      `Processor "${id}" has effects outside of its transaction: what comes beside the log could not be told from what it has done. Leave out the feed.`,
    );
  }
  if (!keepsVersions(store)) {
    throw new InvalidOptionsError(
      'store',
      `The store of processor "${id}" keeps no applied versions, which a feed beside the log needs.`,
    );
  }
}

/** A commit that is published is published whole, and nothing is set aside. */
function assertWholeCommits<Tx>({ id, filter, decode, failurePolicy }: ProcessorSettings<Tx>): void {
  const option = filter.types ? 'filter.types' : decode ? 'decode' : undefined;
  if (option)
    throw new InvalidOptionsError(
      option,
      `Processor "${id}" has effects in batches of whole commits: leave out "${option}".`,
    );
  if (failurePolicy.then === 'stop') return;
  throw new InvalidOptionsError(
    'failurePolicy.then',
    `Processor "${id}" has effects in batches and cannot park a stream: use 'stop'.`,
  );
}

function assertNumbers<Tx>(settings: ProcessorSettings<Tx>, batch: BatchOptions): void {
  assertNumber('leaseDuration', settings.leaseDuration, 1);
  assertNumber('walkBehind', settings.walkBehind, 10);
  assertBatch('batch.initial', batch.initial);
  assertBatch('batch.max', batch.max);
  assertNumber('batch.targetDuration', batch.targetDuration ?? 1, 1);
  if (settings.id === '') throw new InvalidOptionsError('id', 'The processor has no id. Use name@version.');
}

function assertNumber(option: string, value: number, least: number): void {
  if (Number.isFinite(value) && value >= least) return;
  throw new InvalidOptionsError(option, `${option} is ${value}. Use a number from ${least}.`);
}

function assertBatch(option: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= 10_000)) return;
  throw new InvalidOptionsError(option, `${option} is ${value}. Use a whole number from 1 to 10,000.`);
}
