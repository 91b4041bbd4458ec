import { Examination } from '../../adapter/examination.js';
import type { RegisteredConsumer } from '../../log/consumer.js';
import type { LogReport } from '../../log/event-store.js';
import type { CopySource, LogFilling, StoredCommit, StoredFence } from '../../log/movable-log.js';
import type { LogId, Position } from '../../log/positions.js';
import { openLog, type OpenedLog } from '../connection/connect.js';
import { LogUse } from '../connection/log-use.js';
import type { MongoLog } from '../connection/mongo-log.js';
import { withDefaults, type ConnectOptions, type MongoEventStoreOptions } from '../options.js';
import { head } from '../read/head.js';
import { putConsumers } from '../upkeep/register-consumer.js';
import { verify } from '../upkeep/verify.js';
import { beginFilling, release } from './begin-filling.js';
import { putCommits } from './put-commits.js';
import { putFences } from './put-fences.js';
import { findFences, readFences, readStored } from './read-stored.js';

/** A log in a MongoDB database that is made as a copy of another one. */
export class MongoLogFilling implements LogFilling {
  readonly #log: MongoLog;
  readonly #use: LogUse;
  readonly #examination = new Examination();
  readonly #options: ConnectOptions;

  private constructor(opened: OpenedLog, options: ConnectOptions) {
    this.#log = opened.log;
    this.#use = new LogUse(opened);
    this.#options = options;
  }

  /**
   * Begins to fill a new log, or goes on with one that is being filled from the same source.
   *
   * @throws InvalidOptionsError the log has commits of its own, or is being filled from somewhere else
   */
  static async connect(options: MongoEventStoreOptions, source: CopySource): Promise<MongoLogFilling> {
    const complete = withDefaults(options);
    const opened = await openLog(complete, 'filling');
    const filling = new MongoLogFilling(opened, complete);
    try {
      await filling.#use.change((log) => beginFilling(log, source));
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
    return this.#use.run(head);
  }

  readStored(after: Position): AsyncIterable<readonly StoredCommit[]> {
    return readStored(after, (work) => this.#use.run(work));
  }

  readFences(): AsyncIterable<readonly StoredFence[]> {
    return readFences((work) => this.#use.run(work));
  }

  findFences(commitIds: readonly string[]): Promise<readonly StoredFence[]> {
    return this.#use.run((log) => findFences(log, commitIds));
  }

  /** Looks at the log's id itself, as `putFences` does, and tells better what a new one means. */
  put(commits: readonly StoredCommit[]): Promise<void> {
    return this.#use.change((log) => putCommits(log, commits, this.#options));
  }

  putFences(fences: readonly StoredFence[]): Promise<void> {
    return this.#use.change((log) => putFences(log, fences, this.#options));
  }

  putConsumers(consumers: readonly RegisteredConsumer[]): Promise<void> {
    return this.#use.run((log) => putConsumers(log, consumers));
  }

  async verify({ signal }: { readonly signal?: AbortSignal } = {}): Promise<LogReport> {
    signal?.throwIfAborted();
    const closing = this.#use.untilClosed(signal);
    return this.#use.run((log) => verify(log, this.logId, closing, this.#examination));
  }

  release(logId: LogId): Promise<void> {
    return this.#use.change((log) => release(log, logId));
  }

  close(): Promise<void> {
    return this.#use.close(() => Promise.resolve());
  }
}
