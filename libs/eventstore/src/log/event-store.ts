import type { AppendResult, Commit, CommitHeader, CommitOutcome } from './commit.js';
import type { NewEvent, RecordedEvent } from './event.js';
import type { ExpectedVersion } from './expected-version.js';
import type { LogId, Position, StreamVersion } from './positions.js';
import type { StreamName } from './stream-name.js';

/**
 * An append-only log of commits. The log is the truth: what it has acknowledged has happened, and nothing else has.
 *
 * Every implementation passes `eventStoreContract` of `@varve/eventstore/testing`.
 */
export interface EventStore {
  readonly logId: LogId;

  /** What an acknowledged append survives: a power cut, only the death of the process, or nothing. */
  readonly durability: 'power-cut' | 'process-crash' | 'volatile';

  /**
   * Writes 1 to 10,000 events to one stream as one commit, or nothing. Among any number of concurrent appends at one expected version
   * exactly one succeeds.
   *
   * `commitId` is looked up before the expected version is judged, since the writer that retries sees a stream its own first try has
   * moved: committed with the same stream, types, schema versions and data → the first result again and nothing is written.
   *
   * @throws InvalidArgumentError an argument that makes no sense, or an option that there is not: a misspelled `commitId` would be none
   * @throws CommitIdReusedError the id stands for other content
   * @throws CommitFencedError the id was fenced
   * @throws StreamClosedError the stream takes no more events, whatever is expected
   * @throws InvalidEventError an event that JSON would change or lose
   * @throws StoreUnavailableError `written` says whether anything can have been written
   */
  append(
    stream: StreamName,
    expected: ExpectedVersion,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<AppendResult>;

  /** Appends `$stream-closed`; later appends are refused. Same rules and answers as `append`. */
  closeStream(stream: StreamName, expected: ExpectedVersion, options?: AppendOptions): Promise<AppendResult>;

  /** The events of a stream, oldest first unless `direction` says otherwise. A stream that does not exist yields nothing. */
  readStream(stream: StreamName, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;

  /**
   * What the load of an aggregate needs of a stream, oldest first, and no more: the events as they were appended, in arrays as they are
   * read. Only where it is much cheaper than `readStream`, which tells the same events.
   */
  readPayloads?(stream: StreamName): AsyncIterable<readonly NewEvent[]>;

  /**
   * The log after a position, in order, in batches, up to the head at the time of the last read. Never yields a commit while one below
   * it can still appear: a reader that remembers the last position would not see that one, ever.
   */
  readAll(after: Position, options?: ReadAllOptions): AsyncIterable<LogBatch>;

  /** The position of the newest commit, 0 in an empty log. */
  head(): Promise<Position>;

  /** The header of the commit at a position, which tells whether this is still the log that a checkpoint or snapshot came from. */
  commitAt(position: Position): Promise<CommitHeader | undefined>;

  /**
   * Resolves when the head is beyond `after`, whoever appended (within 50 ms when another process did), and when `signal` is aborted.
   * It may resolve early; it never misses a commit.
   */
  waitForCommit(after: Position, signal: AbortSignal): Promise<void>;

  /** What became of `commitId`. `absent` may change until the id is fenced. */
  findCommit(commitId: string): Promise<CommitOutcome>;

  /**
   * Takes `commitId` for good, without a position, unless it is committed already. Idempotent. In a race with the append exactly one of
   * the two wins, so the answer is `committed` or `fenced` and final.
   */
  fence(commitId: string): Promise<CommitOutcome>;

  /** Streams of a category (all, without one) in the order of their names' UTF-8 bytes; `after` is the last name of the page before. */
  listStreams(options?: ListStreamsOptions): Promise<readonly StreamInfo[]>;

  /** Finishes what is in flight and releases everything. Idempotent. */
  close(): Promise<void>;
}

/** How an append is recorded, beside what and where. */
export interface AppendOptions {
  /** 1 to 256 characters. Makes the append idempotent and findable. */
  readonly commitId?: string;
  /** The commit's time; the writer's clock without it. */
  readonly at?: Date;
}

/** Which events of one stream, and in which order. */
export interface ReadStreamOptions {
  /** `backward`: newest first. Default `forward`. */
  readonly direction?: 'forward' | 'backward';
  /** The first version to read; by default the stream's first, or its last when reading backward. */
  readonly from?: StreamVersion;
  /** At most this many events. */
  readonly limit?: number;
}

/** The most commits that `readAll` looks at for one batch. */
export const MAX_BATCH_SIZE = 10_000;

/** Which commits of the log, and how many at a time. Both filters must let a commit through. */
export interface ReadAllOptions {
  /** Only commits of streams in these categories. */
  readonly categories?: readonly string[];
  /** Only commits that hold at least one event of these types; such a commit comes whole. */
  readonly types?: readonly string[];
  /** The most commits to look at for one batch: 1 to 10,000, default 500. A batch may be smaller when commits are large. */
  readonly batchSize?: number;
  /** Aborted: the read ends after the batch that it is at, without an error. */
  readonly signal?: AbortSignal;
}

/** Some commits of the log, in its order. It may be empty: then the filters have held back all that was looked at. */
export interface LogBatch {
  readonly commits: readonly Commit[];
  /** How far this read has looked, filtered-out commits included: a checkpoint moves here. */
  readonly upTo: Position;
}

/** Which streams, and where the page begins: behind the one named `after`. */
export interface ListStreamsOptions {
  /** What stands before the first `-` in their names. Without it: streams of every category. */
  readonly category?: string;
  /** The last name of the page before. Without it the first page comes. */
  readonly after?: StreamName;
  /** 1 to 10,000, default 100. */
  readonly limit?: number;
}

/** How a stream stands now. */
export interface StreamInfo {
  readonly stream: StreamName;
  readonly version: StreamVersion;
  readonly closed: boolean;
}

/** Walks the whole log and reports what is wrong with it. */
export interface VerifiableLog {
  verify(options?: { readonly signal?: AbortSignal }): Promise<LogReport>;
}

/** Tells what a person should know of the storage beneath a log. */
export interface DiagnosableLog {
  diagnose(): Promise<readonly StorageFinding[]>;
}

/** One thing about the storage: that it is as it should be, or what to do about it. */
export interface StorageFinding {
  readonly level: 'ok' | 'warning';
  readonly subject: string;
  readonly message: string;
}

/** What a walk over the whole log has counted and found. A sound log has no problems. */
export interface LogReport {
  readonly logId: LogId;
  readonly commits: number;
  readonly events: number;
  readonly streams: number;
  readonly problems: readonly LogProblem[];
}

/** Something that is wrong with the log at a position, for a person. */
export interface LogProblem {
  readonly kind: 'hole' | 'overlap' | 'undecodable' | 'fenced-and-committed' | 'damaged';
  readonly position: Position;
  readonly message: string;
}
