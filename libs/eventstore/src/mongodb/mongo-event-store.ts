import { EventIterator } from '../adapter/event-iterator.js';
import { assertAppendOptions, assertFilter, timeOf, wholeNumber } from '../log/check-options.js';
import { assertCommitId, CLOSING_TEXT, encodeEvents } from '../log/commit-text.js';
import type { AppendResult, CommitHeader, CommitOutcome } from '../log/commit.js';
import type { Consumer, ConsumerRegistry, RegisteredConsumer } from '../log/consumer.js';
import {
  MAX_BATCH_SIZE,
  type AppendOptions,
  type DiagnosableLog,
  type EventStore,
  type ListStreamsOptions,
  type LogBatch,
  type LogReport,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StorageFinding,
  type StreamInfo,
  type VerifiableLog,
} from '../log/event-store.js';
import { STREAM_CLOSED, type NewEvent, type RecordedEvent } from '../log/event.js';
import { assertExpectedVersion, type ExpectedVersion } from '../log/expected-version.js';
import type { LogSeal, MovableLog, SealOptions, StoredCommit, StoredFence } from '../log/movable-log.js';
import type { LogId, Position } from '../log/positions.js';
import type { Snapshot, SnapshotStore } from '../log/snapshot-store.js';
import { assertStreamName, type StreamName } from '../log/stream-name.js';
import type { AppendRequest } from './append/append-request.js';
import { bytesOf } from './append/check-size.js';
import { CommitWriter } from './append/commit-writer.js';
import { fence } from './append/fence.js';
import { NumberingLease } from './append/numbering-lease.js';
import { ownCommitId } from './connection/commit-document.js';
import { ensureIndexesOf, openLog, type OpenedLog } from './connection/connect.js';
import { LogUse } from './connection/log-use.js';
import type { MongoLog } from './connection/mongo-log.js';
import { findFences, readFences, readStored } from './moving/read-stored.js';
import { findSeal, seal } from './moving/seal.js';
import { withDefaults, type ConnectOptions, type MongoEventStoreOptions } from './options.js';
import { ChangeStreamWakeUp, NEVER_TELLS } from './read/change-stream-wake-up.js';
import { findCommit } from './read/find-commit.js';
import { commitAt, head } from './read/head.js';
import { listStreams } from './read/list-streams.js';
import { LogReading } from './read/read-all.js';
import { PayloadReading } from './read/read-payloads.js';
import { readEvents, type Learn } from './read/read-stream.js';
import { announceCommit, CommitWatch } from './read/wait-for-commit.js';
import { loadSnapshot } from './snapshots/load-snapshot.js';
import { saveSnapshot, snapshotDocument } from './snapshots/save-snapshot.js';
import { diagnose } from './upkeep/diagnose.js';
import { forgetConsumer, listConsumers, registerConsumer } from './upkeep/register-consumer.js';
import { giveNewId } from './upkeep/restored.js';
import { verify } from './upkeep/verify.js';

/** What a store is made of, so that a test can put a broken part in its place. */
export interface StoreParts {
  readonly Writer: typeof CommitWriter;
  readonly Reading: typeof LogReading;
}

/** A log in a MongoDB database, which any number of processes on any number of machines may write and read at once. */
export class MongoEventStore
  implements EventStore, SnapshotStore, VerifiableLog, MovableLog, DiagnosableLog, ConsumerRegistry
{
  /** Every commit is confirmed by a majority that has it in its journals. */
  readonly durability = 'power-cut';
  readonly #log: MongoLog;
  readonly #use: LogUse;
  readonly #options: ConnectOptions;
  readonly #writer: CommitWriter;
  readonly #Reading: StoreParts['Reading'];
  readonly #watch: CommitWatch;
  readonly #learn: Learn = (commit) => this.#writer.heads.learn(commit);

  protected constructor(
    opened: OpenedLog,
    options: ConnectOptions,
    { Writer, Reading }: StoreParts = { Writer: CommitWriter, Reading: LogReading },
  ) {
    const { log } = opened;
    this.#log = log;
    this.#use = new LogUse(opened);
    this.#options = options;
    const wakeUp = log.changeStreams ? new ChangeStreamWakeUp(log) : NEVER_TELLS;
    this.#watch = new CommitWatch(log, options.timers, wakeUp);
    const lease = new NumberingLease(log, options);
    this.#writer = new Writer(log, { ...options, lease, onCommit: () => announceCommit(log) });
    this.#Reading = Reading;
  }

  /** @throws InvalidOptionsError, LogIncompleteError, StoreIncompatibleError, StoreUnavailableError */
  static async connect(options: MongoEventStoreOptions): Promise<MongoEventStore> {
    const complete = withDefaults(options);
    return new MongoEventStore(await openLog(complete), complete);
  }

  /**
   * Makes the indexes that a log needs and has not got, which `connect` does only for a new log: on a large one it takes a while, and a
   * unique index cannot be made where its rule is broken already.
   */
  static async ensureIndexes(options: MongoEventStoreOptions): Promise<void> {
    await ensureIndexesOf(withDefaults(options));
  }

  get logId(): LogId {
    return this.#log.logId;
  }

  /** Where a person finds it: hosts, database and collection. */
  get location(): string {
    return this.#log.location;
  }

  async append(
    stream: StreamName,
    expected: ExpectedVersion,
    events: readonly NewEvent[],
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    const text = encodeEvents(events);
    const types = [...new Set(events.map(({ type }) => type))];
    return this.#append({ stream, expected, count: events.length, text, types }, options);
  }

  async closeStream(
    stream: StreamName,
    expected: ExpectedVersion,
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    return this.#append({ stream, expected, count: 1, text: CLOSING_TEXT, types: [STREAM_CLOSED] }, options);
  }

  readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    const of = { log: this.#log, stream, learn: this.#learn };
    return {
      [Symbol.asyncIterator]: () => new EventIterator(readEvents(of, options, (work) => this.#use.run(work))),
    };
  }

  async *readPayloads(stream: StreamName): AsyncIterable<readonly NewEvent[]> {
    const reading = new PayloadReading({ log: this.#log, stream, learn: this.#learn });
    for (;;) {
      const events = await this.#use.run(() => reading.read());
      if (events.length === 0) return;
      yield events;
    }
  }

  async *readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
    assertFilter(options);
    const size = wholeNumber('batchSize', options.batchSize, { min: 1, max: MAX_BATCH_SIZE, fallback: 500 });
    let position = wholeNumber('after', after, { min: 0, fallback: 0 });
    const reading = new this.#Reading(this.#log, size, options);
    while (!options.signal?.aborted) {
      const batch = await this.#use.run(() => reading.read(position));
      if (!batch) return;
      position = batch.upTo;
      yield batch;
    }
  }

  async head(): Promise<Position> {
    return this.#use.run(() => head(this.#log));
  }

  async commitAt(position: Position): Promise<CommitHeader | undefined> {
    return this.#use.run(() => commitAt(this.#log, position));
  }

  async waitForCommit(after: Position, signal: AbortSignal): Promise<void> {
    const position = wholeNumber('after', after, { min: 0, fallback: 0 });
    this.#use.assertOpen();
    return this.#watch.wait(position, signal);
  }

  async findCommit(commitId: string): Promise<CommitOutcome> {
    assertCommitId(commitId);
    return this.#use.run(() => findCommit(this.#log, commitId));
  }

  async fence(commitId: string): Promise<CommitOutcome> {
    assertCommitId(commitId);
    return this.#use.run(() => fence(this.#log, commitId, this.#options));
  }

  async listStreams(options: ListStreamsOptions = {}): Promise<readonly StreamInfo[]> {
    return this.#use.run(() => listStreams(this.#log, options));
  }

  async loadSnapshot(stream: StreamName, revision: string): Promise<Snapshot | undefined> {
    return this.#use.run(() => loadSnapshot(this.#log, stream, revision));
  }

  async saveSnapshot(stream: StreamName, snapshot: Snapshot): Promise<void> {
    const document = snapshotDocument(stream, snapshot, this.#log.maxDocumentBytes);
    return this.#use.run(() => saveSnapshot(this.#log, document));
  }

  async deleteSnapshots(stream: StreamName): Promise<void> {
    await this.#use.run(() => this.#log.snapshots.deleteMany({ stream }));
  }

  /** Walks the log as it stands now and reports what is wrong with it; rejects with the signal's reason when that is aborted. */
  async verify({ signal }: { readonly signal?: AbortSignal } = {}): Promise<LogReport> {
    signal?.throwIfAborted();
    return this.#use.run((log) => verify(log, this.logId, this.#use.untilClosed(signal)));
  }

  /** What the server can do, and how the log uses it. */
  async diagnose(): Promise<readonly StorageFinding[]> {
    return this.#use.run(diagnose);
  }

  /**
   * To be called once on a log that was restored from a backup: it gets a new id, which consumers of the old one refuse until they are
   * rebuilt. Stop every other process that has the log open first.
   */
  async restored(): Promise<LogId> {
    return this.#use.change(giveNewId);
  }

  async findSeal(): Promise<LogSeal | undefined> {
    return this.#use.run(findSeal);
  }

  async seal(named: SealOptions = {}): Promise<LogSeal> {
    return this.#use.run((log) => seal(log, named, this.#options));
  }

  readStored(after: Position): AsyncIterable<readonly StoredCommit[]> {
    return readStored(after, (work) => this.#use.run(work));
  }

  readFences(): AsyncIterable<readonly StoredFence[]> {
    return readFences((work) => this.#use.run(work));
  }

  async findFences(commitIds: readonly string[]): Promise<readonly StoredFence[]> {
    return this.#use.run((log) => findFences(log, commitIds));
  }

  /** One read-model database per group. @throws InvalidOptionsError when the group has another one, elsewhere */
  async registerConsumer(consumer: Consumer): Promise<void> {
    return this.#use.run(() => registerConsumer(this.#log, consumer, this.#options.clock()));
  }

  /** `false`: the group was not registered. */
  async forgetConsumer(group: string): Promise<boolean> {
    return this.#use.run(() => forgetConsumer(this.#log, group));
  }

  async listConsumers(): Promise<readonly RegisteredConsumer[]> {
    return this.#use.run(() => listConsumers(this.#log));
  }

  /** Finishes what is queued, ends walks, wakes who waits, and closes the client if it is the store's own. Idempotent. */
  close(): Promise<void> {
    this.#watch.close();
    return this.#use.close(() => this.#writer.drained());
  }

  async #append(
    request: Omit<AppendRequest, 'commitId' | 'at'>,
    options: AppendOptions,
  ): Promise<AppendResult> {
    assertStreamName(request.stream);
    assertExpectedVersion(request.expected);
    assertAppendOptions(options);
    const { commitId, at } = options;
    if (commitId !== undefined) assertCommitId(commitId);
    const time = timeOf(at, this.#options.clock);
    const complete = { ...request, commitId: commitId ?? ownCommitId(time), at: new Date(time) };
    this.#use.assertOpen();
    return this.#writer.append(complete, bytesOf(complete, this.#log.maxDocumentBytes));
  }
}
