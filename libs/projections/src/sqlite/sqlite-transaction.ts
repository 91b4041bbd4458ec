import type Database from 'better-sqlite3';
import { TransactionEndedError } from '../index.js';
import { rolledBackUnderWay } from './driver-errors.js';
import type { StatementCache } from './statement-cache.js';
import { physicalName, resolveNames } from './table-names.js';

/** What a statement takes: values in order, or one object for `:name` parameters. */
export type SqlValue = unknown;

/**
 * A handler's transaction. `{orders}` in a statement stands for the version's own table of that name, so that two versions live beside
 * each other. Statements are prepared once and kept by their text: bind values, do not write them into the text.
 */
export class SqliteTransaction {
  private ended = false;

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
    return this.statements.prepare(sql).run(...values);
  }

  get<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): Row | undefined {
    this.assertOpen();
    return this.statements.prepare(sql).get(...values) as Row | undefined;
  }

  all<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): Row[] {
    this.assertOpen();
    return this.statements.prepare(sql).all(...values) as Row[];
  }

  /** Runs one or more statements without values: `setup`'s CREATE TABLE. */
  exec(sql: string): void {
    this.assertOpen();
    this.statements.database.exec(resolveNames(sql, this.statements.prefix));
  }

  /** The physical name of a table, for SQL that is built outside. */
  table(identifier: string): string {
    return physicalName(identifier, this.statements.prefix);
  }

  /** Later uses of this handle throw. Called by `SqliteReadModels`. */
  end(): void {
    this.ended = true;
  }

  private assertOpen(): void {
    if (this.ended) throw new TransactionEndedError(this.processor);
    // A full disk rolls back for us: what followed would be written without a transaction.
    if (!this.statements.database.inTransaction) throw rolledBackUnderWay(this.statements.database.name);
  }
}
