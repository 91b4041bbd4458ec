import type Database from 'better-sqlite3';
import {
  InvalidProjectionOptionsError,
  processorIdOf,
  TransactionEndedError,
  type VersionId,
} from '../../index.js';
import type { StatementCache } from '../connection/statement-cache.js';
import type { SqlValue } from '../sqlite-transaction.js';
import { physicalName } from './table-names.js';

/** Reads the live version's rows in one read transaction: everything read through it is of one moment and of one version. */
export class SqliteQuery {
  private ended = false;

  /** Made by `SqliteReadModels.query`. */
  constructor(
    /** Which version is read: during a deploy, instances of the old code read the new version once it is live. */
    readonly version: VersionId,
    private readonly statements: StatementCache,
  ) {}

  /** The driver's own connection, untouched. */
  get database(): Database.Database {
    this.assertOpen();
    return this.statements.database;
  }

  get<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): Row | undefined {
    return this.reading(sql).get(...values) as Row | undefined;
  }

  all<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): Row[] {
    return this.reading(sql).all(...values) as Row[];
  }

  /** Row by row, for results that should not be held at once. */
  iterate<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): IterableIterator<Row> {
    return this.reading(sql).iterate(...values) as IterableIterator<Row>;
  }

  /** The physical name of a table, for SQL that is built outside. */
  table(identifier: string): string {
    return physicalName(identifier, this.statements.prefix);
  }

  end(): void {
    this.ended = true;
  }

  /** A file's readers could not write, with an error about the file; read models in memory would. */
  private reading(sql: string): Database.Statement {
    this.assertOpen();
    const statement = this.statements.prepare(sql);
    if (statement.readonly) return statement;
    throw new InvalidProjectionOptionsError(
      'sql',
      `A query of "${processorIdOf(this.version)}" would write: ${sql}. Nothing was changed. Rows come from the log alone: change them in a handler of the projection.`,
    );
  }

  private assertOpen(): void {
    if (this.ended) throw new TransactionEndedError(processorIdOf(this.version));
  }
}
