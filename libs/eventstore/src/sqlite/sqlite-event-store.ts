import { setImmediate as nextTurn } from 'node:timers/promises';
import { EventIterator } from '../adapter/event-iterator.js';
import { snapshotText } from '../adapter/snapshot-text.js';
import { assertFilter, wholeNumber } from '../log/check-options.js';
import { assertCommitId, CLOSING_TEXT, encodeEvents } from '../log/commit-text.js';
import type { AppendResult, CommitHeader, CommitOutcome } from '../log/commit.js';
import type { Consumer, ConsumerRegistry, RegisteredConsumer } from '../log/consumer.js';
import { InvalidOptionsError, StoreClosedError } from '../log/errors.js';
import {
  MAX_BATCH_SIZE,
  type AppendOptions,
  type EventStore,
  type ListStreamsOptions,
  type LogBatch,
  type LogReport,
  type ReadAllOptions,
  type ReadStreamOptions,
  type StreamInfo,
  type VerifiableLog,
} from '../log/event-store.js';
import type { NewEvent, RecordedEvent } from '../log/event.js';
import type { ExpectedVersion } from '../log/expected-version.js';
import type { LogSeal, MovableLog, SealOptions, StoredCommit, StoredFence } from '../log/movable-log.js';
import type { LogId, Position } from '../log/positions.js';
import type { Snapshot, SnapshotStore } from '../log/snapshot-store.js';
import { assertStreamName, type StreamName } from '../log/stream-name.js';
import { append, appendRequest, rejectionOf } from './append/append.js';
import { fence } from './append/fence.js';
import { GroupCommit } from './append/group-commit.js';
import { openReader, type Reader } from './connection/open-reader.js';
import { openLog } from './connection/open.js';
import type { SqliteLog } from './connection/sqlite-log.js';
import { whileBusy } from './connection/while-busy.js';
import { translateError } from './errors.js';
import { findFences, readFences, readStored } from './moving/read-stored.js';
import { findSeal, seal, warnOfSeal } from './moving/seal.js';
import { withDefaults, type OpenOptions, type SqliteEventStoreOptions } from './options.js';
import { commitAt } from './read/commit-at.js';
import { findCommit } from './read/find-commit.js';
import { head } from './read/head.js';
import { listStreams } from './read/list-streams.js';
import { readBatch } from './read/read-all.js';
import { readPayloads } from './read/read-payloads.js';
import { readEvents } from './read/read-stream.js';
import { announceCommit, CommitWatch } from './read/wait-for-commit.js';
import { Walks } from './read/walks.js';
import { deleteSnapshots } from './snapshots/delete-snapshots.js';
import { loadSnapshot } from './snapshots/load-snapshot.js';
import { saveSnapshot } from './snapshots/save-snapshot.js';
import { backup, backupTarget } from './upkeep/backup.js';
import { forgetConsumer, listConsumers, registerConsumer } from './upkeep/register-consumer.js';
import { giveNewId } from './upkeep/restored.js';
import { verify } from './upkeep/verify.js';

/** A log in one SQLite file, which any number of processes of one machine may write and read at once. */
export class SqliteEventStore
  implements EventStore, SnapshotStore, VerifiableLog, MovableLog, ConsumerRegistry
{
  readonly #log: SqliteLog;
  readonly #options: OpenOptions;
  readonly #writer: GroupCommit;
  readonly #watch: CommitWatch;
  readonly #walks: Walks;
  #closed: Promise<void> | undefined;

  protected constructor(log: SqliteLog, options: OpenOptions) {
    this.#log = log;
    this.#options = options;
    this.#watch = new CommitWatch(log);
    this.#walks = new Walks(log.location);
    this.#writer = new GroupCommit(log, {
      busyTimeout: options.busyTimeout,
      logger: options.logger,
      onCommit: () => announceCommit(log),
    });
  }

  /** @throws InvalidOptionsError, LogIncompleteError, StoreIncompatibleError, StoreUnavailableError */
  static async open(options: SqliteEventStoreOptions): Promise<SqliteEventStore> {
    const complete = withDefaults(options);
    const log = await openLog(complete);
    warnOfSeal(log, complete.logger);
    return new SqliteEventStore(log, complete);
  }

  get logId(): LogId {
    return this.#log.logId;
  }

  get durability(): EventStore['durability'] {
    return this.#options.file === ':memory:' ? 'volatile' : this.#options.durability;
  }

  /** Where a person finds it. */
  get location(): string {
    return this.#log.location;
  }

  /** Hands the writer's own promise on: another one for it, of `async`, took a twentieth of an append's time. */
  append(
    stream: StreamName,
    expected: ExpectedVersion,
    events: readonly NewEvent[],
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    try {
      return this.#append({ stream, expected, count: events.length, text: encodeEvents(events) }, options);
    } catch (error) {
      return rejectionOf(error);
    }
  }

  async closeStream(
    stream: StreamName,
    expected: ExpectedVersion,
    options: AppendOptions = {},
  ): Promise<AppendResult> {
    return this.#append({ stream, expected, count: 1, text: CLOSING_TEXT }, options);
  }

  readStream(stream: StreamName, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    return {
      [Symbol.asyncIterator]: () =>
        new EventIterator(readEvents(stream, options, (work) => this.#read(work))),
    };
  }

  readPayloads(stream: StreamName): AsyncIterable<readonly NewEvent[]> {
    return readPayloads(stream, (work) => this.#read(work));
  }

  async *readAll(after: Position, options: ReadAllOptions = {}): AsyncIterable<LogBatch> {
    assertFilter(options);
    const size = wholeNumber('batchSize', options.batchSize, { min: 1, max: MAX_BATCH_SIZE, fallback: 500 });
    let position = wholeNumber('after', after, { min: 0, fallback: 0 });
    while (!options.signal?.aborted) {
      // Reading is synchronous: a consumer whose work is, too, would keep everybody else from running.
      await nextTurn();
      const batch = await this.#read((log) => readBatch(log, position, size, options));
      if (!batch) return;
      position = batch.upTo;
      yield batch;
    }
  }

  async head(): Promise<Position> {
    return this.#read(head);
  }

  async commitAt(position: Position): Promise<CommitHeader | undefined> {
    return this.#read((log) => commitAt(log, position));
  }

  async waitForCommit(after: Position, signal: AbortSignal): Promise<void> {
    const position = wholeNumber('after', after, { min: 0, fallback: 0 });
    this.#assertOpen();
    return this.#watch.wait(position, signal);
  }

  async findCommit(commitId: string): Promise<CommitOutcome> {
    assertCommitId(commitId);
    return this.#read((log) => findCommit(log, commitId));
  }

  async fence(commitId: string): Promise<CommitOutcome> {
    assertCommitId(commitId);
    const at = this.#options.clock().getTime();
    return this.#write(commitId.length, (log) => fence(log, commitId, at));
  }

  async listStreams(options: ListStreamsOptions = {}): Promise<readonly StreamInfo[]> {
    return this.#read((log) => listStreams(log, options));
  }

  async loadSnapshot(stream: StreamName, revision: string): Promise<Snapshot | undefined> {
    return this.#read((log) => loadSnapshot(log, stream, revision));
  }

  async saveSnapshot(stream: StreamName, snapshot: Snapshot): Promise<void> {
    assertStreamName(stream);
    const text = snapshotText(snapshot);
    return this.#write(text.state.length, (log) => saveSnapshot(log, stream, text));
  }

  async deleteSnapshots(stream: StreamName): Promise<void> {
    return this.#write(0, (log) => deleteSnapshots(log, stream));
  }

  /** Walks the log as it stands now and reports what is wrong with it; rejects with the signal's reason when that is aborted. */
  async verify({ signal }: { readonly signal?: AbortSignal } = {}): Promise<LogReport> {
    signal?.throwIfAborted();
    return this.#walk((reader, closing) =>
      verify(reader, this.logId, signal ? AbortSignal.any([signal, closing]) : closing),
    );
  }

  /** Copies the log, as it stands now, into a new file, while everybody goes on writing. The copy keeps the log's id. */
  async backup(to: string): Promise<void> {
    const target = backupTarget(to);
    return this.#walk((reader, closing) => backup(reader, target, closing));
  }

  /**
   * To be called once on a log that was restored from a backup: it gets a new id, which consumers of the old one refuse until they are
   * rebuilt. Stop every other process that has the log open first.
   */
  async restored(): Promise<LogId> {
    return this.#write(0, giveNewId);
  }

  async findSeal(): Promise<LogSeal | undefined> {
    return this.#read(findSeal);
  }

  async seal(options: SealOptions = {}): Promise<LogSeal> {
    const at = this.#options.clock().getTime();
    return this.#write(0, (log) => seal(log, options, at));
  }

  readStored(after: Position): AsyncIterable<readonly StoredCommit[]> {
    return readStored(after, (work) => this.#read(work));
  }

  readFences(): AsyncIterable<readonly StoredFence[]> {
    return readFences((work) => this.#read(work));
  }

  async findFences(commitIds: readonly string[]): Promise<readonly StoredFence[]> {
    return this.#read((log) => findFences(log, commitIds));
  }

  /** One read-model database per group. @throws InvalidOptionsError when the group has another one, elsewhere */
  async registerConsumer(consumer: Consumer): Promise<void> {
    const at = this.#options.clock().getTime();
    return this.#write(0, (log) => registerConsumer(log, consumer, at));
  }

  /** `false`: the group was not registered. */
  async forgetConsumer(group: string): Promise<boolean> {
    return this.#write(0, (log) => forgetConsumer(log, group));
  }

  async listConsumers(): Promise<readonly RegisteredConsumer[]> {
    return this.#read(listConsumers);
  }

  /** Finishes what is queued, ends walks and backups, wakes who waits, and rejects when the file could not be closed. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  #append(what: Parameters<typeof appendRequest>[0], options: AppendOptions): Promise<AppendResult> {
    const request = appendRequest(what, options, this.#options.clock);
    return this.#write(request.text.length, (log) => append(log, request));
  }

  #write<T>(bytes: number, judge: (log: SqliteLog) => T): Promise<T> {
    this.#assertOpen();
    if (this.#options.readOnly) {
      throw new InvalidOptionsError(
        'readOnly',
        `The log ${this.location} was opened read-only. Nothing was written.`,
      );
    }
    return this.#writer.write(bytes, judge);
  }

  async #read<T>(work: (log: SqliteLog) => T): Promise<T> {
    this.#assertOpen();
    try {
      return await whileBusy(this.#options.busyTimeout, () => {
        this.#log.assertOpen();
        return work(this.#log);
      });
    } catch (error) {
      throw translateError(error, this.location);
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreClosedError();
  }

  async #walk<T>(work: (reader: Reader, closing: AbortSignal) => Promise<T>): Promise<T> {
    return this.#walks.run(await this.#read(openReader), work);
  }

  async #close(): Promise<void> {
    this.#watch.close();
    await Promise.all([this.#writer.drained(), this.#walks.end()]);
    try {
      this.#log.close();
    } catch (error) {
      throw translateError(error, this.location);
    }
  }
}
