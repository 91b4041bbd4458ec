import type { Position, StreamVersion } from '../../log/positions.js';
import type { StreamName } from '../../log/stream-name.js';
import type { ProcessorId } from '../checkpoint-store.js';

/** A stream that a processor has set aside: one row. Nothing is queued, the log is the queue. */
export interface ParkedSequence {
  readonly stream: StreamName;
  /** The first version that has not been applied. */
  readonly nextVersion: StreamVersion;
  /** The commit that failed. */
  readonly position: Position;
  readonly attempts: number;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly parkedAt: Date;
  /** What a person has asked for; whoever holds the lease does it. */
  readonly request?: 'retry' | 'discard';
}

/** A commit, or a stretch of a stream, that was given up on purpose. Always on record. */
export interface SkippedCommits {
  readonly stream: StreamName;
  readonly firstVersion: StreamVersion;
  readonly lastVersion: StreamVersion;
  readonly reason: string;
  readonly at: Date;
}

/** Rows beside the checkpoint. Writes take the transaction of the step that they belong to. */
export interface ParkedSequences<Tx> {
  /** All of them, or that of one stream: who waits for it must not read ten thousand others. */
  listParked(processor: ProcessorId, stream?: StreamName): Promise<readonly ParkedSequence[]>;
  /**
   * The first by position that a request is left in. A processor asks at each step, which must not cost what reading thousands of rows does.
   */
  findRequested(processor: ProcessorId): Promise<ParkedSequence | undefined>;
  /** Writes the stream's row, in place of the one that it has. */
  park(tx: Tx, processor: ProcessorId, parked: ParkedSequence): void | Promise<void>;
  unpark(tx: Tx, processor: ProcessorId, stream: StreamName): void | Promise<void>;
  recordSkipped(tx: Tx, processor: ProcessorId, skipped: SkippedCommits): void | Promise<void>;
  listSkipped(processor: ProcessorId): Promise<readonly SkippedCommits[]>;
  /**
   * Leaves a request in the row; whoever holds the lease does it. `retry` applies what waits, in order; `discard` gives up on the commit that
   * failed, on record, and applies what waits behind it. `false`: the stream is not parked.
   */
  request(processor: ProcessorId, stream: StreamName, what: 'retry' | 'discard'): Promise<boolean>;
}
