import {
  tell,
  isEventStoreError,
  shownOption,
  systemTimers,
  type AppendResult,
  type Commit,
  type CommitHeader,
  type EventStore,
  type ProcessorId,
  type StoreUnavailableError,
  type StreamName,
  type StreamVersion,
  type Timers,
} from '@varve/eventstore';
import { readCommitMessage } from '../../message/read-commit-message.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import { assertPublishingOptions } from '../known-options.js';
import type { PublicationEvent, PublicationListener } from '../publication-events.js';
import { isTwoPhase, PublicationPlan, type PublicationOptions } from '../publication-plan.js';
import type { Confirmations } from '../publication-store.js';
import { RELAY } from '../relay/relay-id.js';
import { DEFAULT_FENCE_AFTER } from './answer-check-back.js';
import { CheckBackService } from './check-back-service.js';
import { ConfirmationBatches } from './confirmation-batches.js';
import { InFlight } from './in-flight.js';
import type { PendingAppend } from './pending-append.js';
import { Preparing, type HalfMessage, type WhenUnreachable } from './preparing.js';
import { isSameCommit } from './same-commit.js';

/** What a `TwoPhasePublisher` is made of. */
export interface TwoPhasePublisherOptions extends PublicationOptions {
  /** The log itself, not the store that `twoPhaseEventStore` makes of it. */
  readonly log: EventStore;
  /** Where confirmations are recorded: the store of the relay that sweeps for it. */
  readonly store: Confirmations;
  /** The `id` of the relay that sweeps for it. Default `relay`. */
  readonly relay?: ProcessorId;
  /**
   * When the broker cannot be reached before the append: append all the same, and leave the message to the sweep (the default), or refuse
   * the command with `broker-unavailable`.
   */
  readonly whenUnreachable?: WhenUnreachable;
  /** How long a half message may take to the broker, in milliseconds. Default 3,000. */
  readonly prepareTimeout?: number;
  /** How old an undecided half message must be before its append is made impossible, in milliseconds. Default 60,000. */
  readonly fenceAfter?: number;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
  /** The time of commits that do not bring their own, and the age of half messages. */
  readonly now?: () => Date;
  /** What it waits by: for the broker, before it tries again, and until confirmations are recorded. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Hears what becomes of half messages and confirmations. It is not awaited: what it throws or rejects is dropped. */
  readonly onEvent?: PublicationListener;
}

/** How publication in two phases stands in this process; what is counted is counted from its start. */
export interface TwoPhaseStatus {
  /** Half messages whose append is under way. */
  readonly prepared: number;
  /** Decisions that are on their way to the broker. */
  readonly deciding: number;
  readonly committed: number;
  readonly rolledBack: number;
  /** Appends whose outcome was not known here: left to the broker's questions and to the sweep. */
  readonly leftInDoubt: number;
  /** Appended without a half message, because the broker could not be reached. */
  readonly leftToSweep: number;
  /** Confirmed by the broker, and not recorded yet. */
  readonly toRecord: number;
  readonly lastError?: unknown;
}

/** Decisions under way, at most: then appends wait for the broker. */
const MOST_DECIDING = 1_000;

/** Prepares, and commits or rolls back, and answers the broker's questions. It decides nothing: the log does. */
export class TwoPhasePublisher {
  readonly plan: PublicationPlan;
  readonly #log: EventStore;
  readonly #now: () => Date;
  readonly #announce: PublicationListener;
  readonly #preparing: Preparing;
  readonly #checkBacks: CheckBackService;
  readonly #confirmations: ConfirmationBatches;
  readonly #deciding = new InFlight(MOST_DECIDING);
  readonly #counts = { prepared: 0, committed: 0, rolledBack: 0, leftInDoubt: 0, leftToSweep: 0 };
  #lastError: { readonly error: unknown } | undefined;

  /** @throws InvalidBusOptionsError on a bus without two phases, and for options that are none */
  constructor(options: TwoPhasePublisherOptions) {
    assertPublishingOptions('a two-phase publisher', options);
    const { bus, log, store, timers = systemTimers, now = () => new Date() } = options;
    const { whenUnreachable = 'append-and-sweep', clock = () => performance.now() } = options;
    const { prepareTimeout = 3_000, fenceAfter = DEFAULT_FENCE_AFTER } = options;
    assertMilliseconds({ prepareTimeout, fenceAfter });
    assertWhenUnreachable(whenUnreachable);
    this.plan = new PublicationPlan(options);
    if (!isTwoPhase(bus)) throw noTwoPhase(bus.description);
    this.#log = log;
    this.#now = now;
    this.#announce = (event) => {
      if ('error' in event && event.error !== undefined) this.#lastError = { error: event.error };
      tell(options.onEvent, event);
    };
    const topics = this.plan.twoPhaseTopics;
    const logId = () => log.logId;
    const published = () => ({ relay: options.relay ?? RELAY, logId: log.logId });
    const shared = { bus, timers, now, announce: this.#announce };
    this.#checkBacks = new CheckBackService({ ...shared, log, topics, fenceAfter });
    const answering = () => this.#checkBacks.answering();
    const own = { plan: this.plan, logId, answering, whenUnreachable, prepareTimeout, clock };
    this.#preparing = new Preparing({ ...shared, ...own });
    this.#confirmations = new ConfirmationBatches({ store, published, timers, announce: this.#announce });
  }

  /** Begins to answer the broker's questions. Resolves also when the broker cannot be reached: it is then tried again until it can. */
  async start(): Promise<void> {
    if (this.plan.twoPhaseCategories.length > 0) await this.#checkBacks.start();
  }

  now(): Date {
    return this.#now();
  }

  handles(stream: StreamName): boolean {
    return this.plan.modeOf(stream) === 'two-phase';
  }

  /**
   * Prepare, append at a version that is known, commit or roll back. What it answers and throws is what the log did; whatever becomes of
   * the half message is no failure of the append.
   */
  async appendAt(append: PendingAppend, version: StreamVersion): Promise<AppendResult> {
    await this.#deciding.room();
    const { stream, events, commitId, at } = append;
    const half = await this.#preparing.prepare({ stream, firstVersion: version + 1, events, commitId, at });
    if (!half) {
      this.#counts.leftToSweep += 1;
      return append.write(version);
    }
    this.#tell(append, half, { kind: 'prepared' });
    this.#counts.prepared += 1;
    try {
      const result = await append.write(version);
      this.#deciding.add(this.#decide(append, half, result));
      return result;
    } catch (error) {
      this.#deciding.add(this.#decideAfter(append, half, error));
      throw error;
    } finally {
      this.#counts.prepared -= 1;
    }
  }

  status(): TwoPhaseStatus {
    const toRecord = this.#confirmations.waiting;
    const status = { ...this.#counts, deciding: this.#deciding.count, toRecord };
    return this.#lastError ? { ...status, lastError: this.#lastError.error } : status;
  }

  /** Resolves when every decision was sent, or could not be, and every confirmation recorded, or could not be. */
  async flush(): Promise<void> {
    await this.#deciding.drained();
    await this.#confirmations.flush();
  }

  /** Finishes what is in flight and stops asking for the broker's questions; the bus and the log are the caller's to close. Idempotent. */
  async close(): Promise<void> {
    this.#checkBacks.close();
    await this.flush();
  }

  async #decide(append: PendingAppend, half: HalfMessage, result: AppendResult): Promise<void> {
    if (!result.ok) return this.#rollBack(append, half, 'conflict');
    let isItsOwn: boolean;
    try {
      isItsOwn = await this.#isItsOwn(append, half, result.commit);
    } catch (error) {
      this.#leave(append, half, error);
      return;
    }
    if (isItsOwn) await this.#commit(append, half, result.commit);
    else await this.#rollBack(append, half, 'another-commit');
  }

  /** Nothing was written, or nobody knows. In the latter case neither is right: the broker will ask, and the log will know. */
  async #decideAfter(append: PendingAppend, half: HalfMessage, error: unknown): Promise<void> {
    if (isCertainlyNotWritten(error)) await this.#rollBack(append, half, 'refused');
    else this.#leave(append, half, error);
  }

  /**
   * Whether the log's commit is the one that was prepared. An append whose id was committed before answers with that first commit, which
   * may have other versions, or the same and other metadata.
   */
  async #isItsOwn(
    { isOwnId, commitId }: PendingAppend,
    { message }: HalfMessage,
    header: CommitHeader,
  ): Promise<boolean> {
    const told = readCommitMessage(message);
    if (told.firstVersion !== header.firstVersion || told.lastVersion !== header.lastVersion) return false;
    if (!isOwnId) return true;
    const found = await this.#log.findCommit(commitId);
    return found.outcome === 'committed' && isSameCommit(told, found.commit);
  }

  async #commit(append: PendingAppend, half: HalfMessage, { position }: CommitHeader): Promise<void> {
    try {
      await half.prepared.commit();
    } catch (error) {
      this.#tell(append, half, { kind: 'commit-unconfirmed', position, error });
      return;
    }
    this.#counts.committed += 1;
    this.#confirmations.add({ position, commitId: append.commitId });
    this.#tell(append, half, { kind: 'committed', position });
  }

  async #rollBack(
    append: PendingAppend,
    half: HalfMessage,
    why: 'conflict' | 'refused' | 'another-commit',
  ): Promise<void> {
    this.#counts.rolledBack += 1;
    try {
      await half.prepared.rollback();
      this.#tell(append, half, { kind: 'rolled-back', why });
    } catch (error) {
      this.#tell(append, half, { kind: 'rolled-back', why, error });
    }
  }

  #leave(append: PendingAppend, half: HalfMessage, error: unknown): void {
    this.#counts.leftInDoubt += 1;
    this.#tell(append, half, { kind: 'in-doubt', error });
  }

  #tell({ stream, commitId }: PendingAppend, { message }: HalfMessage, event: Untold): void {
    this.#announce({ topic: message.topic, stream, commitId, ...event } as PublicationEvent);
  }
}

type Untold =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'committed'; readonly position: Commit['position'] }
  | { readonly kind: 'commit-unconfirmed'; readonly position: Commit['position']; readonly error: unknown }
  | { readonly kind: 'rolled-back'; readonly why: string; readonly error?: unknown }
  | { readonly kind: 'in-doubt'; readonly error: unknown };

/** The log's own refusals, and a storage that says so, are as good as a conflict: this attempt has written nothing and never will. */
function isCertainlyNotWritten(error: unknown): boolean {
  if (!isEventStoreError(error)) return false;
  if (error.code === 'store-unavailable') return (error as StoreUnavailableError).written === 'not-written';
  return REFUSALS.has(error.code);
}

const REFUSALS: ReadonlySet<string> = new Set([
  'commit-fenced',
  'commit-id-reused',
  'stream-closed',
  'log-sealed',
  'invalid-argument',
  'invalid-event',
  'store-closed',
]);

function noTwoPhase(bus: string): InvalidBusOptionsError {
  return new InvalidBusOptionsError(
    'bus',
    `${bus} has no messages that stay invisible until they are committed. Publish by relay, or use a bus that has them, such as RocketMQ.`,
  );
}

function assertMilliseconds(options: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(options)) {
    if (Number.isFinite(value) && value >= 1) continue;
    throw new InvalidBusOptionsError(option, `"${option}" is ${value}. Use milliseconds from 1.`);
  }
}

function assertWhenUnreachable(value: string): void {
  if (value === 'append-and-sweep' || value === 'refuse') return;
  throw new InvalidBusOptionsError(
    'whenUnreachable',
    `"whenUnreachable" is ${shownOption(value)}. Use 'append-and-sweep' or 'refuse'.`,
  );
}
