import { assertCommitId, CLOSING_TEXT, encodeEvents } from '../log/commit-text.js';
import type { AppendResult, CommitHeader, CommitOutcome } from '../log/commit.js';
import { LogDivergedError, StoreClosedError } from '../log/errors.js';
import type {
  AppendOptions,
  EventStore,
  ListStreamsOptions,
  LogBatch,
  LogReport,
  ReadAllOptions,
  ReadStreamOptions,
  StreamInfo,
  VerifiableLog,
} from '../log/event-store.js';
import { STREAM_CLOSED, type NewEvent, type RecordedEvent } from '../log/event.js';
import { assertExpectedVersion, type ExpectedVersion } from '../log/expected-version.js';
import type { LogSeal, MovableLog, SealOptions, StoredCommit, StoredFence } from '../log/movable-log.js';
import type { LogId, Position } from '../log/positions.js';
import type { Snapshot, SnapshotStore } from '../log/snapshot-store.js';
import { assertStreamName, type StreamName } from '../log/stream-name.js';
import { appendTo, type AppendRequest } from './memory/append.js';
import { assertAppendOptions, timeOf, wholeNumber } from '../log/check-options.js';
import { streamsOf } from './memory/list-streams.js';
import { commitOf, headerOf, MemoryLog } from './memory/memory-log.js';
import { assertComplete, assertNotSealed, fencesOf, sealOf, storedAfter } from './memory/moving.js';
import { batchesOf, eventsOf } from './memory/read.js';
import { findSnapshot, putSnapshot } from './memory/snapshots.js';
import { verifyLog } from './memory/verify.js';

/** What an `InMemoryEventStore` is made of. All of it may be left out. */
export interface InMemoryEventStoreOptions {
  /** Several stores on one log behave like several processes on one file. */
  readonly log?: MemoryLog;
  /** The time of commits that do not bring their own, and of fences and the seal. Default: the time of day. */
  readonly clock?: () => Date;
}

/** An event store for tests: all the rules of `EventStore`, nothing on a disk. */
export class InMemoryEventStore implements EventStore, SnapshotStore, VerifiableLog, MovableLog {
  readonly durability = 'volatile';
  readonly log: MemoryLog;
  readonly location = 'memory';
  readonly #logId: LogId;
  readonly #clock: () => Date;
  readonly #closing = new AbortController();

  constructor(options: InMemoryEventStoreOptions = {}) {
    this.log = options.log ?? new MemoryLog();
    assertComplete(this.log);
    this.#logId = this.log.logId;
    this.#clock = options.clock ?? (() => new Date());
  }

  get logId(): LogId {
    return this.#logId;
  }

  /** The next append that would write is refused as by a full disk: `store-unavailable`, nothing written. */
  failNextCommit(): void {
    this.log.failNextCommit();
  }

  async append(
    stream: StreamName,
    expected: ExpectedVersion,
    events: readonly NewEvent[],
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    assertStreamName(stream);
    const text = encodeEvents(events);
    return this.#write({ stream, expected, events: [...events], text }, options);
  }

  async closeStream(
    stream: StreamName,
    expected: ExpectedVersion,
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    assertStreamName(stream);
    const events = [{ type: STREAM_CLOSED, data: {} }];
    return this.#write({ stream, expected, events, text: CLOSING_TEXT }, options);
  }

  async *readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    assertStreamName(stream);
    this.assertOpen();
    for (const event of eventsOf(this.log, stream, options)) {
      yield event;
      this.assertOpen();
    }
  }

  async *readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
    this.assertOpen();
    for (const batch of batchesOf(this.log, after, options)) {
      yield batch;
      this.assertOpen();
    }
  }

  async head(): Promise<Position> {
    this.assertOpen();
    return this.log.commits.length;
  }

  async commitAt(position: Position): Promise<CommitHeader | undefined> {
    this.assertOpen();
    const stored = this.log.commits[position - 1];
    return stored && headerOf(stored);
  }

  async waitForCommit(after: Position, signal: AbortSignal): Promise<void> {
    wholeNumber('after', after, { min: 0, fallback: 0 });
    this.assertOpen();
    const ended = AbortSignal.any([signal, this.#closing.signal]);
    if (ended.aborted || this.log.commits.length > after) return;
    await new Promise<void>((resolve) => {
      const stopListening = this.log.onCommit(() => this.log.commits.length > after && settle());
      const settle = (): void => {
        stopListening();
        ended.removeEventListener('abort', settle);
        resolve();
      };
      ended.addEventListener('abort', settle);
    });
  }

  async findCommit(commitId: string): Promise<CommitOutcome> {
    assertCommitId(commitId);
    this.assertOpen();
    const stored = this.log.committed.get(commitId);
    if (stored) return { outcome: 'committed', commit: commitOf(stored) };
    return { outcome: this.log.fenced.has(commitId) ? 'fenced' : 'absent' };
  }

  async fence(commitId: string): Promise<CommitOutcome> {
    assertCommitId(commitId);
    this.assertOpen();
    if (!this.log.committed.has(commitId) && !this.log.fenced.has(commitId)) {
      assertNotSealed(this.log);
      this.log.fenced.set(commitId, this.#clock());
    }
    return this.findCommit(commitId);
  }

  async listStreams(options: ListStreamsOptions = {}): Promise<readonly StreamInfo[]> {
    this.assertOpen();
    return streamsOf(this.log, options);
  }

  async loadSnapshot(stream: StreamName, revision: string): Promise<Snapshot | undefined> {
    this.assertOpen();
    return findSnapshot(this.log, stream, revision);
  }

  async saveSnapshot(stream: StreamName, snapshot: Snapshot): Promise<void> {
    this.assertOpen();
    putSnapshot(this.log, stream, snapshot);
  }

  async deleteSnapshots(stream: StreamName): Promise<void> {
    this.assertOpen();
    this.log.snapshots.delete(stream);
  }

  async verify(): Promise<LogReport> {
    this.assertOpen();
    return verifyLog(this.log);
  }

  async findSeal(): Promise<LogSeal | undefined> {
    this.assertOpen();
    return sealOf(this.log);
  }

  async seal({ movedTo, handedTo }: SealOptions = {}): Promise<LogSeal> {
    this.assertOpen();
    this.log.seal ??= { at: this.#clock() };
    if (movedTo !== undefined) this.log.seal.movedTo ??= movedTo;
    if (handedTo !== undefined) this.log.seal.handedTo ??= handedTo;
    return sealOf(this.log)!;
  }

  async *readStored(after: Position): AsyncIterable<readonly StoredCommit[]> {
    this.assertOpen();
    const commits = storedAfter(this.log, after);
    if (commits.length > 0) yield commits;
  }

  async *readFences(): AsyncIterable<readonly StoredFence[]> {
    this.assertOpen();
    if (this.log.fenced.size > 0) yield fencesOf(this.log);
  }

  async findFences(commitIds: readonly string[]): Promise<readonly StoredFence[]> {
    this.assertOpen();
    return fencesOf(this.log).filter(({ commitId }) => commitIds.includes(commitId));
  }

  async close(): Promise<void> {
    this.#closing.abort();
  }

  protected assertOpen(): void {
    if (this.#closing.signal.aborted) throw new StoreClosedError();
    if (this.log.logId === this.#logId) return;
    throw new LogDivergedError(this.#logId, `The log ${this.#logId} has another id now: ${this.log.logId}.`);
  }

  /** Judges the append and writes it, in one step. */
  protected commit(request: AppendRequest): AppendResult | Promise<AppendResult> {
    return appendTo(this.log, request);
  }

  #write(
    request: Omit<AppendRequest, 'commitId' | 'at'>,
    options: AppendOptions,
  ): AppendResult | Promise<AppendResult> {
    assertExpectedVersion(request.expected);
    assertAppendOptions(options);
    const { commitId, at } = options;
    if (commitId !== undefined) assertCommitId(commitId);
    this.assertOpen();
    return this.commit({ ...request, commitId, at: timeOf(at, this.#clock) });
  }
}
