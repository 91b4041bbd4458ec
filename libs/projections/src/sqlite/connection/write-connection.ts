import { isPromise } from '@varve/eventstore';
import type Database from 'better-sqlite3';
import { InsideTransactionError, ReadModelsClosedError, ReadModelsUnavailableError } from '../../index.js';
import { endedByHandler, isBusy, translateDriverError } from '../driver-errors.js';
import { Mutex } from './mutex.js';
import type { ReadModelFile } from './read-model-file.js';
import { StatementCaches } from './statement-cache.js';

export interface WriteConnectionOptions {
  /** Absent for a database in memory. */
  readonly file?: ReadModelFile | undefined;
  /** How long to wait for another process's transaction, in milliseconds. */
  readonly busyTimeout: number;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** The one connection that writes. It is used only inside the mutex: SQLite has one transaction per connection, whoever awaits. */
export class WriteConnection {
  readonly statements: StatementCaches;
  private readonly mutex = new Mutex(() => new InsideTransactionError(this.database.name));
  private closed = false;

  constructor(
    readonly database: Database.Database,
    private readonly options: WriteConnectionOptions,
  ) {
    this.statements = new StatementCaches(database);
  }

  /** Runs `work` in one write transaction. Synchronous work is done without giving the event loop a turn between BEGIN and COMMIT. */
  transaction<T>(work: () => T | Promise<T>): Promise<T> {
    return this.exclusively(async () => {
      this.options.file?.assertSame();
      if (!this.tryBegin('IMMEDIATE')) await this.beginWhenFree();
      return this.finish(work);
    });
  }

  /** Runs `work` in one read transaction on this connection: for `:memory:`, which no other connection can see. */
  readTransaction<T>(work: () => T | Promise<T>): Promise<T> {
    return this.exclusively(async () => {
      this.tryBegin('DEFERRED');
      this.database.pragma('query_only = ON');
      try {
        return await this.finish(work);
      } finally {
        this.database.pragma('query_only = OFF');
      }
    });
  }

  /** Waits for what is in flight. */
  close(): Promise<void> {
    return this.mutex.run(() => {
      this.closed = true;
      this.database.close();
    });
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.mutex.run(async () => {
      if (this.closed) throw new ReadModelsClosedError(this.database.name);
      try {
        return await work();
      } catch (error) {
        throw translateDriverError(error, this.database.name);
      }
    });
  }

  private async finish<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      const pending = work();
      const result = isPromise(pending) ? await pending : pending;
      this.commit();
      return result;
    } catch (error) {
      if (this.database.inTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  private commit(): void {
    if (!this.database.inTransaction) throw endedByHandler(this.database.name);
    this.database.exec('COMMIT');
  }

  /** The driver waits for a lock by blocking the whole thread, so it is given a few milliseconds and the rest is waited for here. */
  private async beginWhenFree(): Promise<void> {
    const from = this.options.now();
    for (let wait = 2; this.options.now() - from < this.options.busyTimeout; wait = Math.min(wait * 2, 50)) {
      await this.options.sleep(wait);
      if (this.tryBegin('IMMEDIATE')) return;
    }
    throw new ReadModelsUnavailableError(
      `Another process has held the write lock of ${this.database.name} for more than ${this.options.busyTimeout} ms. Nothing was saved. Look for a long transaction.`,
    );
  }

  private tryBegin(mode: 'IMMEDIATE' | 'DEFERRED'): boolean {
    try {
      this.database.exec(mode === 'IMMEDIATE' ? 'BEGIN IMMEDIATE' : 'BEGIN');
      return true;
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
  }
}
