import type Database from 'better-sqlite3';
import { processorIdOf, TransactionEndedError, type VersionId } from '../../index.js';
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
    this.assertOpen();
    return this.statements.prepare(sql).get(...values) as Row | undefined;
  }

  all<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): Row[] {
    this.assertOpen();
    return this.statements.prepare(sql).all(...values) as Row[];
  }

  /** Row by row, for results that should not be held at once. */
  iterate<Row = Record<string, unknown>>(sql: string, ...values: readonly SqlValue[]): IterableIterator<Row> {
    this.assertOpen();
    return this.statements.prepare(sql).iterate(...values) as IterableIterator<Row>;
  }

  /** The physical name of a table, for SQL that is built outside. */
  table(identifier: string): string {
    return physicalName(identifier, this.statements.prefix);
  }

  end(): void {
    this.ended = true;
  }

  private assertOpen(): void {
    if (this.ended) throw new TransactionEndedError(processorIdOf(this.version));
  }
}
