import type { FailurePolicy, RecordedEvent } from '@varve/eventstore';

/**
 * A read model's recipe. A pure function of the log: building it again from position 0 gives the same rows.
 */
export interface Projection<Tx> {
  /** 1 to 64 characters of `a-z 0-9 _ -`, beginning with a letter. */
  readonly name: string;
  /** A whole number from 1. Raise it whenever the rows would come out differently: a new version is built beside the live one. */
  readonly version: number;
  /** `stream`: applying different streams commutes, as it does for most. `log`: it does not ("the first hundred get a badge"); such a projection cannot park. */
  readonly order: 'stream' | 'log';
  /** The event types that it wants, or all of its categories. */
  readonly handles: readonly string[] | 'all';
  /** Streams of these categories only; all without. */
  readonly categories?: readonly string[];
  readonly failurePolicy?: Partial<FailurePolicy>;
  /** Makes the version's empty tables or collections. Runs once per version, in the transaction that creates it. */
  setup(tx: Tx): void | Promise<void>;
  /**
   * Applies events in order. All of them, with the checkpoint, become visible together or not at all. Whoever waits may say by `at` at
   * which event, for people to read.
   */
  apply(events: readonly RecordedEvent[], tx: Tx, at?: (event: RecordedEvent) => void): void | Promise<void>;
}

/** Effects outside the read model's transaction (mail, payment, another service): at-least-once, never rebuilt, replayed only on request. */
export interface Reactor {
  readonly name: string;
  readonly handles: readonly string[] | 'all';
  readonly categories?: readonly string[];
  readonly failurePolicy?: Partial<FailurePolicy>;
  /** Where a reactor that has no checkpoint yet begins: at what comes `from-now` on, or at the `beginning` of the log. */
  readonly startFrom: 'from-now' | 'beginning';
  react(event: RecordedEvent, signal: AbortSignal): void | Promise<void>;
}
