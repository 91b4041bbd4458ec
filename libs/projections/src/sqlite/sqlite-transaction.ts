import type Database from 'better-sqlite3';
import { TransactionEndedError } from '../index.js';
import type { StatementCache } from './connection/statement-cache.js';
import { refuseTransactionControl } from './connection/transaction-control.js';
import { endedByHandler, isUnavailable, rolledBackUnderWay } from './driver-errors.js';
import { physicalName, resolveNames } from './versions/table-names.js';

/** What a statement takes: values in order, or one object for `:name` parameters. */
export type SqlValue = unknown;

/**
 * A handler's transaction. `{orders}` in a statement stands for the version's own table of that name, so that two versions live beside
 * each other. Statements are prepared once and kept by their text: bind values, do not write them into the text.
 */
export class SqliteTransaction {
  private state: 'open' | 'rolled-back' | 'ended-by-handler' | 'ended' = 'open';

  /** Made by `SqliteReadModels`. */
  constructor(
    private readonly processor: string,
    private readonly statements: StatementCache,
  ) {}

  /** The driver's own connection, untouched. Leave its transaction to Varve. */
  get database(): Database.Database {
    this.assertOpen();
    return this.statements.database;
  }

  run(sql: string, ...values: readonly SqlValue[]): Database.RunResult {
    this.assertOpen();
    try {
      return this.statements.prepare(sql).run(...values);
    } catch (error) {
      throw this.noticing(error);
    }
  }

  get<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): Row | undefined {
    this.assertOpen();
    try {
      return this.statements.prepare(sql).get(...values) as Row | undefined;
    } catch (error) {
      throw this.noticing(error);
    }
  }

  all<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): Row[] {
    this.assertOpen();
    try {
      return this.statements.prepare(sql).all(...values) as Row[];
    } catch (error) {
      throw this.noticing(error);
    }
  }

  /** Runs one or more statements without values: `setup`'s CREATE TABLE. */
  exec(sql: string): void {
    this.assertOpen();
    refuseTransactionControl(sql);
    try {
      this.statements.database.exec(resolveNames(sql, this.statements.prefix));
    } catch (error) {
      throw this.noticing(error);
    }
  }

  /** The physical name of a table, for SQL that is built outside. */
  table(identifier: string): string {
    return physicalName(identifier, this.statements.prefix);
  }

  /** Later uses of this handle throw. Called by `SqliteReadModels`. */
  end(): void {
    this.state = 'ended';
  }

  /** A full disk rolls back for us, and so does the handler's own `ON CONFLICT ROLLBACK`: what it went on to write would be in no transaction. */
  private noticing(error: unknown): unknown {
    if (!this.statements.database.inTransaction)
      this.state = isUnavailable(error) ? 'rolled-back' : 'ended-by-handler';
    return error;
  }

  private assertOpen(): void {
    if (this.state === 'open') return;
    if (this.state === 'ended') throw new TransactionEndedError(this.processor);
    const { name } = this.statements.database;
    throw this.state === 'rolled-back' ? rolledBackUnderWay(name) : endedByHandler(name);
  }
}
