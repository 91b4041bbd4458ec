import type { CommitHeader } from './commit.js';
import type { LogReport } from './event-store.js';
import type { LogId, Position } from './positions.js';

/** A commit as the log has it: its events are the text that was written, to the letter. */
export interface StoredCommit extends CommitHeader {
  readonly text: string;
}

/** A commit id that was taken for good. */
export interface StoredFence {
  readonly commitId: string;
  readonly at: Date;
}

/** The end of a log: nothing is written to it any more. */
export interface LogSeal {
  /** The newest commit that the log has, and will ever have. */
  readonly position: Position;
  readonly at: Date;
  /** Where the log goes on, for people: no credentials. */
  readonly movedTo?: string;
  /**
   * The id that the copy had while it was filled, once it was compared and is about to be released: the log goes on there, and nowhere else.
   * Absent: a move is not finished.
   */
  readonly handedTo?: LogId;
}

/** For whoever starts an app on it, or looks after it. */
export function describeSeal(location: string, { at, position, movedTo, handedTo }: LogSeal): string {
  const what = movedTo === undefined || handedTo !== undefined ? 'was' : 'is being';
  const where = movedTo === undefined ? 'elsewhere' : `to ${movedTo}`;
  return `The log ${location} was sealed at ${at.toISOString()}, at position ${position}: it ${what} moved ${where}. Here it can only be read.`;
}

/** All that a log has to tell of itself, as it is stored. */
export interface StoredLog {
  readonly logId: LogId;
  /** Where a person finds it. */
  readonly location: string;

  /** The position of the newest commit, 0 in an empty log. */
  head(): Promise<Position>;

  /**
   * The log after a position, in order and without a gap, in batches, up to the head at the time of the last read.
   *
   * @throws LogNotDenseError
   */
  readStored(after: Position): AsyncIterable<readonly StoredCommit[]>;

  /**
   * Every fence, in any order. Of a sealed log exactly those that anybody was ever told of as `fenced`, or may be: a fence that lost
   * against the seal is none.
   */
  readFences(): AsyncIterable<readonly StoredFence[]>;

  /** Those of the ids, at most 1,000, that `readFences` tells of. */
  findFences(commitIds: readonly string[]): Promise<readonly StoredFence[]>;
}

/**
 * A log that can be sealed, and moved.
 *
 * Every implementation passes `movableLogContract` of `@varve/eventstore/testing`.
 */
export interface MovableLog extends StoredLog {
  /** The log's seal, if it has one. */
  findSeal(): Promise<LogSeal | undefined>;

  /**
   * Ends the writing of the log for good, for all processes: whatever append or fence has not been acknowledged before is refused with
   * `log-sealed`, and everything that was is read by whoever reads afterwards. A writer that looks whether the log is sealed and then
   * writes would be acknowledged behind the reader's back; so the seal and the write compete for the same thing.
   *
   * What is already there keeps its answers: a retry of a committed append, and the fence of a committed or fenced id. Reading goes on.
   * Idempotent: the first seal stands, and takes `movedTo` and `handedTo` if it came without. Of two that hand the log over at the same
   * time one is named, and both are told which.
   */
  seal(options?: SealOptions): Promise<LogSeal>;
}

/** What a seal takes, once for each. */
export type SealOptions = Pick<LogSeal, 'movedTo' | 'handedTo'>;

/** What a copy is made from. */
export interface CopySource {
  readonly logId: LogId;
  readonly location: string;
}

/**
 * A log that is being made as a copy of another one: nobody can open it until it is released, however often the copying is interrupted.
 * Two copyings of one source may run into each other; they write the same.
 *
 * Every implementation passes `logFillingContract` of `@varve/eventstore/testing`.
 */
export interface LogFilling extends StoredLog {
  /**
   * Writes commits as they are, the first one right after the head. What the log has already is left out.
   *
   * @throws LogNotDenseError they do not follow on the head
   * @throws LogDivergedError somebody else has released the log, or written to it
   * @throws InvalidArgumentError this storage cannot take one of them; nothing of the batch was written
   */
  put(commits: readonly StoredCommit[]): Promise<void>;

  /** Takes commit ids for good; those that are taken already stay as they are. */
  putFences(fences: readonly StoredFence[]): Promise<void>;

  /**
   * Looks for holes, overlaps and missing indexes in what was written so far, and counts it. What this filling has looked at before need not
   * be looked at again.
   */
  verify(options?: { readonly signal?: AbortSignal }): Promise<LogReport>;

  /**
   * Ends the filling: from now on this is a log as any other, under this id.
   *
   * @throws LogDivergedError somebody else has released it
   */
  release(logId: LogId): Promise<void>;

  /** Finishes what is in flight; without a `release` before, the log waits to be filled further. Idempotent. */
  close(): Promise<void>;
}
