import type { Commit } from '../../log/commit.js';
import type { Position } from '../../log/positions.js';

/**
 * Has effects elsewhere, for many commits at once: they come first, then the checkpoint. At least once: after a crash, a failure or a
 * change of hands everything behind the checkpoint comes again.
 */
export interface BatchEffectHandler {
  readonly effects: 'in-batches-before-checkpoint';
  /**
   * Resolves when every effect that it counts as done is confirmed. What it throws is waited out when some store or broker could not be
   * used (`store-unavailable`, `broker-unavailable`, `publish-not-confirmed`, `broker-refused`), and else tried again as the failure policy
   * says, which then stops the processor: the same batch comes again either way, after the former the commits since the checkpoint do.
   */
  publish(batch: EffectBatch, signal: AbortSignal): Promise<EffectProgress>;
}

/** What a `BatchEffectHandler` is handed: the commits behind those that it was handed before, and where it stands in the log. */
export interface EffectBatch {
  /** Whole and in order, as they stand in the log: nothing is decoded, and reserved events are among them. None when only time has passed. */
  readonly commits: readonly Commit[];
  /** Everything up to here is done. */
  readonly checkpoint: Position;
  /** How far the batches before this one have read: the checkpoint itself when the handler is to begin anew from there. */
  readonly after: Position;
  /** How far this batch reads, commits included that its filter has left out. */
  readonly upTo: Position;
  /** Of the log, as it was after this batch was read. */
  readonly head: Position;
}

/** What a `BatchEffectHandler` answers: how far it has come, and when it wants to be called again. */
export interface EffectProgress {
  /** Everything up to here is done, and the checkpoint moves here. What is behind it, up to `upTo`, the handler keeps in mind. */
  readonly doneUpTo: Position;
  /** When to call again though there is nothing more to read, in milliseconds. */
  readonly lookAgainIn?: number;
  /** Whether new commits are read before `lookAgainIn` is over. Default `at-once`. */
  readonly newCommits?: 'at-once' | 'later';
  /** Whether there is room for more commits. Default `go-on`. */
  readonly reading?: 'go-on' | 'hold';
}
