import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { StoreClosedError, StoreIncompatibleError } from '@varve/eventstore';
import { whileBusy } from '@varve/eventstore/sqlite';
import { translated } from './driver-errors.js';

/** The one connection of a process, used by one piece of work at a time: SQLite has one transaction per connection, whoever awaits. */
export class PublicationFile {
  readonly #statements = new Map<string, Database.Statement>();
  readonly #opened: string;
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(
    readonly database: Database.Database,
    private readonly busyTimeout: number,
  ) {
    this.#opened = this.#identity() ?? '';
  }

  prepare(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs `work` in one write transaction. What it throws rolls back. */
  transaction<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#exclusively(async () => {
      await this.#begin();
      try {
        const result = await work();
        this.database.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.database.inTransaction) this.database.exec('ROLLBACK');
        throw error;
      }
    });
  }

  read<T>(work: () => T): Promise<T> {
    return this.#exclusively(async () => whileBusy(this.busyTimeout, work));
  }

  close(): Promise<void> {
    this.#closing ??= this.#last.then(() => void this.database.close());
    return this.#closing;
  }

  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(new StoreClosedError());
    const result = this.#last.then(async () => {
      this.#assertSame();
      return work();
    });
    const answer = result.catch((error: unknown) => {
      throw translated(error, this.database.name);
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  #begin(): Promise<void> {
    return whileBusy(this.busyTimeout, () => void this.database.exec('BEGIN IMMEDIATE'));
  }

  /** SQLite goes on writing into a file that was deleted or replaced, and two relays would each believe that they are the only one. */
  #assertSame(): void {
    if (this.#opened === (this.#identity() ?? 'deleted')) return;
    throw new StoreIncompatibleError(
      `The publication store ${this.database.name} was deleted or replaced while it was open. Start the process again.`,
    );
  }

  #identity(): string | undefined {
    if (this.database.memory) return '';
    const stats = statSync(this.database.name, { throwIfNoEntry: false });
    return stats && `${stats.dev}:${stats.ino}`;
  }
}
