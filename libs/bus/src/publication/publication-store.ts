import type { CheckpointStore, LeaseStore, LogId, Position } from '@varve/eventstore';

/** A two-phase commit of which the broker has said that it is visible. */
export interface Confirmation {
  readonly position: Position;
  /** What stood at the position: a log that was restored may have another commit there, which nobody has published. */
  readonly commitId: string;
}

/** Which commits need no sweep. Every implementation passes `confirmationsContract` of `@varve/bus/testing`. */
export interface Confirmations {
  /** Resolves when they are recorded, as durably as the checkpoint. The same again changes nothing. */
  recordConfirmed(logId: LogId, confirmed: readonly Confirmation[]): Promise<void>;

  /** Behind `after`, up to and including `upTo`, in the order of positions, whichever instance recorded them. */
  confirmedBetween(logId: LogId, after: Position, upTo: Position): Promise<readonly Confirmation[]>;

  /** Forgets those up to and including `upTo`, which the checkpoint has passed. */
  pruneConfirmed(logId: LogId, upTo: Position): Promise<void>;
}

/**
 * What publication remembers beside the log, shared by all instances: how far the relay has come, who relays, and what was confirmed. It may
 * be lost, or go back to an earlier state: what was published since then is published again, and nothing else follows.
 */
export interface PublicationStore<Tx = unknown> extends CheckpointStore<Tx>, LeaseStore, Confirmations {}
