import type Database from 'better-sqlite3';
import { resolveNames } from '../versions/table-names.js';
import { refuseTransactionControl } from './transaction-control.js';

/** Bounds the memory of a caller that builds statements from values instead of binding them. */
const MOST_STATEMENTS = 500;

/** Prepared statements by their text, with the names of one version written in. */
export class StatementCache {
  private readonly statements = new Map<string, Database.Statement>();

  constructor(
    readonly database: Database.Database,
    readonly prefix: string | undefined,
  ) {}

  prepare(sql: string): Database.Statement {
    return this.statements.get(sql) ?? this.add(sql);
  }

  private add(sql: string): Database.Statement {
    refuseTransactionControl(sql);
    const statement = this.database.prepare(resolveNames(sql, this.prefix));
    if (this.statements.size >= MOST_STATEMENTS) this.statements.clear();
    this.statements.set(sql, statement);
    return statement;
  }
}

/** One cache for each version that a connection works on. */
export class StatementCaches {
  private readonly caches = new Map<string, StatementCache>();

  constructor(private readonly database: Database.Database) {}

  of(prefix: string | undefined): StatementCache {
    const key = prefix ?? '';
    const cache = this.caches.get(key) ?? new StatementCache(this.database, prefix);
    this.caches.set(key, cache);
    return cache;
  }

  forget(prefix: string): void {
    this.caches.delete(prefix);
  }
}
