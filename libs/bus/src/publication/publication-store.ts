import type { CheckpointStore, LeaseStore, LogId, Position, ProcessorId } from '@varve/eventstore';

/** A two-phase commit of which the broker has said that it is visible. */
export interface Confirmation {
  readonly position: Position;
  /** What stood at the position: a log that was restored may have another commit there, which nobody has published. */
  readonly commitId: string;
}

/** What is published by one relay: a log that goes to two buses has two, and a confirmation of the one says nothing about the other. */
export interface Published {
  readonly relay: ProcessorId;
  readonly logId: LogId;
}

/** Which commits need no sweep. Every implementation passes `confirmationsContract` of `@varve/bus/testing`. */
export interface Confirmations {
  /** Resolves when they are recorded, as durably as the checkpoint. The same again changes nothing. */
  recordConfirmed(of: Published, confirmed: readonly Confirmation[]): Promise<void>;

  /** Behind `after`, up to and including `upTo`, in the order of positions, whichever instance recorded them. */
  confirmedBetween(of: Published, after: Position, upTo: Position): Promise<readonly Confirmation[]>;

  /** Forgets those up to and including `upTo`, which the checkpoint has passed. */
  pruneConfirmed(of: Published, upTo: Position): Promise<void>;
}

/**
 * What publication remembers beside the log, shared by all instances: how far the relay has come, who relays, and what was confirmed. It may
 * be lost, or go back to an earlier state: what was published since then is published again, and nothing else follows.
 */
export interface PublicationStore<Tx = unknown> extends CheckpointStore<Tx>, LeaseStore, Confirmations {}
