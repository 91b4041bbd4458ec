import {
  DEFAULT_LEASE_DURATION,
  tell,
  Processor,
  systemTimers,
  type BatchOptions,
  type FailurePolicy,
  type Position,
  type ProcessorEvent,
  type ProcessorOptions,
  type ProcessorStatus,
  type StepResult,
  type Timers,
} from '@varve/eventstore';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import { assertPublishingOptions } from '../known-options.js';
import type { PublicationEvent } from '../publication-events.js';
import { PublicationPlan, type PublicationOptions } from '../publication-plan.js';
import type { PublicationStore } from '../publication-store.js';
import { RELAY } from './relay-id.js';
import { RelayStore } from './relay-store.js';
import { Relaying } from './relaying.js';

/** The default of a relay's `sweepAfter`, in milliseconds. */
export const DEFAULT_SWEEP_AFTER = 10_000;

/** What a `Relay` is made of. */
export interface RelayOptions<Tx = unknown> extends PublicationOptions {
  /** The log whose commits are published. */
  readonly log: ProcessorOptions<Tx>['log'];
  /** Where its checkpoint and its lease are, and the confirmations of two-phase commits: one place for all instances. */
  readonly store: PublicationStore<Tx>;
  /** Names this instance for people. */
  readonly owner: string;
  /** Names the relay in its store; instances with one name take turns. Default `relay`. */
  readonly id?: string;
  /**
   * How long a two-phase commit may be in the log without a confirmation before it is published here, in milliseconds. Default 10,000: far
   * longer than a commit takes to the broker and back, and soon enough for whoever waits for it.
   */
  readonly sweepAfter?: number;
  /** Where a relay that has no checkpoint yet begins. Default `beginning`. */
  readonly startFrom?: 'beginning' | 'from-now';
  /** How long another instance must see the lease unchanged before it takes over, in milliseconds. Default 5,000. */
  readonly leaseDuration?: number;
  /** Default: 500 commits to begin with, at most 1,000, half a second for a batch: at the end of each the broker waits for the next. */
  readonly batch?: BatchOptions;
  /**
   * What happens when a commit cannot be published for a reason of its own: after the retries the relay stops until it is resumed. A broker
   * that cannot be reached or refuses is waited out: the relay is `unavailable` and tries again, at last every ten seconds.
   */
  readonly failurePolicy?: Partial<Omit<FailurePolicy, 'then'>>;
  /** Monotonic, in milliseconds. */
  readonly clock?: () => number;
  /** What it waits by, between looks at the log and before retries. Default `systemTimers`. */
  readonly timers?: Timers;
  /** Uniform in [0, 1), for the jitter of retries. */
  readonly random?: () => number;
  /** Hears what is published and what the processor beneath it does. It is not awaited: what it throws or rejects is dropped. */
  readonly onEvent?: (event: PublicationEvent | ProcessorEvent) => void;
}

/** How a relay stands in this process: reading it asks neither log nor store nor broker. */
export interface RelayStatus extends ProcessorStatus {
  /** Published here by relay since this instance was made. */
  readonly relayed: number;
  /** Two-phase commits published here because no confirmation came. */
  readonly swept: number;
  /** Two-phase commits that were read and wait for their confirmation. */
  readonly unconfirmed: number;
  readonly oldestUnconfirmed?: Position;
}

/**
 * Publishes what the log has: the commits of relayed categories at once, those of two-phase categories when no confirmation has come. One
 * leased processor with one checkpoint, so that whatever changes, a commit is behind it only if it was published, or was not to be.
 */
export class Relay<Tx = unknown> {
  readonly #processor: Processor<Tx>;
  readonly #relaying: Relaying;

  /** @throws InvalidBusOptionsError, InvalidOptionsError */
  constructor(options: RelayOptions<Tx>) {
    assertPublishingOptions('a relay', options);
    const { log, store, bus, owner, sweepAfter = DEFAULT_SWEEP_AFTER, onEvent } = options;
    const { clock = () => performance.now(), timers = systemTimers, random = Math.random } = options;
    if (!(Number.isFinite(sweepAfter) && sweepAfter >= 1))
      throw new InvalidBusOptionsError(
        'sweepAfter',
        `"sweepAfter" is ${sweepAfter}. Use milliseconds from 1.`,
      );
    const plan = new PublicationPlan(options);
    const announce = (event: PublicationEvent): void => tell(onEvent, event);
    const relay = options.id ?? RELAY;
    this.#relaying = new Relaying({ relay, bus, plan, log, store, sweepAfter, clock, timers, announce });
    this.#processor = new Processor<Tx>({
      id: relay,
      log,
      store: new RelayStore(store),
      handler: this.#relaying,
      order: 'stream',
      owner,
      failurePolicy: { ...options.failurePolicy, then: 'stop' },
      startFrom: options.startFrom ?? 'beginning',
      leaseDuration: options.leaseDuration ?? DEFAULT_LEASE_DURATION,
      batch: { initial: 500, max: 1_000, targetDuration: 500, ...options.batch },
      clock,
      timers,
      random,
      ...(onEvent && { onEvent }),
    });
  }

  get id(): string {
    return this.#processor.id;
  }

  start(): void {
    this.#processor.start();
  }

  /** Finishes what is on its way to the broker, for a second at most, and gives the lease back. Idempotent. */
  stop(): Promise<void> {
    return this.#processor.stop();
  }

  /** One step. Never rejects: the answer says what happened. */
  runOnce(): Promise<StepResult> {
    return this.#processor.runOnce();
  }

  /** Steps until nothing is left to read, and answers how that showed: `waiting` when some of it is not confirmed yet. */
  async runUntilCaughtUp(): Promise<StepResult> {
    for (;;) {
      const result = await this.runOnce();
      if (result.kind !== 'progressed') return result;
    }
  }

  /** Makes whichever instance works stop, until `resume()`. */
  pause(reason?: string): Promise<void> {
    return this.#processor.pause(reason);
  }

  /** Ends a pause, and a stop. */
  resume(): Promise<void> {
    return this.#processor.resume();
  }

  status(): RelayStatus {
    const { oldestUnconfirmed } = this.#relaying;
    const status = { ...this.#processor.status(), ...this.#relaying.counts };
    return oldestUnconfirmed === undefined ? status : { ...status, oldestUnconfirmed };
  }
}
