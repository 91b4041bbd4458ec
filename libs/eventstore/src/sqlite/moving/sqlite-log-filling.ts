import { Examination } from '../../adapter/examination.js';
import type { RegisteredConsumer } from '../../log/consumer.js';
import { isEventStoreError, StoreClosedError } from '../../log/errors.js';
import type { LogReport } from '../../log/event-store.js';
import type { CopySource, LogFilling, StoredCommit, StoredFence } from '../../log/movable-log.js';
import type { LogId, Position } from '../../log/positions.js';
import { GroupCommit } from '../append/group-commit.js';
import { openReader } from '../connection/open-reader.js';
import { openLog } from '../connection/open.js';
import type { SqliteLog } from '../connection/sqlite-log.js';
import { whileBusy } from '../connection/while-busy.js';
import { translateError } from '../errors.js';
import { withDefaults, type OpenOptions, type SqliteEventStoreOptions } from '../options.js';
import { head } from '../read/head.js';
import { Walks } from '../read/walks.js';
import { putConsumers } from '../upkeep/register-consumer.js';
import { verify } from '../upkeep/verify.js';
import { assertNotReleased, beginFilling, release } from './begin-filling.js';
import { putCommits, putFences } from './put-commits.js';
import { findFences, readFences, readStored } from './read-stored.js';

/** A log in an SQLite file that is made as a copy of another one. */
export class SqliteLogFilling implements LogFilling {
  readonly #log: SqliteLog;
  readonly #source: CopySource;
  readonly #examination = new Examination();
  readonly #options: OpenOptions;
  readonly #writer: GroupCommit;
  readonly #walks: Walks;
  #closed: Promise<void> | undefined;

  private constructor(log: SqliteLog, source: CopySource, options: OpenOptions) {
    this.#log = log;
    this.#source = source;
    this.#options = options;
    this.#walks = new Walks(log.location);
    const { busyTimeout, logger } = options;
    this.#writer = new GroupCommit(log, { busyTimeout, logger, onCommit: () => undefined });
  }

  /**
   * Begins to fill a new log, or goes on with one that is being filled from the same source.
   *
   * @throws InvalidOptionsError the log has commits of its own, or is being filled from somewhere else
   */
  static async open(options: SqliteEventStoreOptions, source: CopySource): Promise<SqliteLogFilling> {
    const complete = withDefaults({ ...options, readOnly: false });
    try {
      return await SqliteLogFilling.#begin(complete, source);
    } catch (error) {
      if (!isEventStoreError(error, 'log-diverged')) throw error;
      // Somebody else has marked it after it was opened here: what stands there now says whether the two can go on together.
      return SqliteLogFilling.#begin(complete, source);
    }
  }

  static async #begin(options: OpenOptions, source: CopySource): Promise<SqliteLogFilling> {
    const filling = new SqliteLogFilling(await openLog(options, 'filling'), source, options);
    try {
      await filling.#write(0, (log) => beginFilling(log, source));
      return filling;
    } catch (error) {
      await filling.close();
      throw error;
    }
  }

  get logId(): LogId {
    return this.#log.logId;
  }

  get location(): string {
    return this.#log.location;
  }

  head(): Promise<Position> {
    return this.#read(head);
  }

  readStored(after: Position): AsyncIterable<readonly StoredCommit[]> {
    return readStored(after, (work) => this.#read(work));
  }

  readFences(): AsyncIterable<readonly StoredFence[]> {
    return readFences((work) => this.#read(work));
  }

  findFences(commitIds: readonly string[]): Promise<readonly StoredFence[]> {
    return this.#read((log) => findFences(log, commitIds));
  }

  put(commits: readonly StoredCommit[]): Promise<void> {
    const bytes = commits.reduce((sum, { text }) => sum + text.length, 0);
    return this.#write(bytes, (log) => putCommits(log, commits));
  }

  putFences(fences: readonly StoredFence[]): Promise<void> {
    return this.#write(0, (log) => putFences(log, fences));
  }

  putConsumers(consumers: readonly RegisteredConsumer[]): Promise<void> {
    return this.#write(0, (log) => putConsumers(log, consumers));
  }

  async verify({ signal }: { readonly signal?: AbortSignal } = {}): Promise<LogReport> {
    signal?.throwIfAborted();
    return this.#walks.run(await this.#read(openReader), (reader, closing) =>
      verify(reader, this.logId, signal ? AbortSignal.any([signal, closing]) : closing, this.#examination),
    );
  }

  release(logId: LogId): Promise<void> {
    return this.#write(0, (log) => release(log, logId));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #write<T>(bytes: number, judge: (log: SqliteLog) => T): Promise<T> {
    this.#assertOpen();
    try {
      return await this.#writer.write(bytes, judge);
    } catch (error) {
      if (isEventStoreError(error, 'log-diverged')) {
        await this.#read((log) => assertNotReleased(log, this.#source));
      }
      throw error;
    }
  }

  async #read<T>(work: (log: SqliteLog) => T): Promise<T> {
    this.#assertOpen();
    try {
      return await whileBusy(this.#options.busyTimeout, () => work(this.#log));
    } catch (error) {
      throw translateError(error, this.location);
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreClosedError();
  }

  async #close(): Promise<void> {
    await Promise.all([this.#writer.drained(), this.#walks.end()]);
    this.#log.close();
  }
}
