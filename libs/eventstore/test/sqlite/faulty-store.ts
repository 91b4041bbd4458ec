import Database from 'better-sqlite3';
import { openLog } from '../../src/sqlite/connection/open.js';
import { SqliteEventStore, type SqliteEventStoreOptions } from '../../src/sqlite/index.js';
import { withDefaults } from '../../src/sqlite/options.js';

/** A store on a real file whose SQLite can be made to fail, at real statements in real transactions. */
export class FaultyStore extends SqliteEventStore {
  declare readonly database: Database.Database;
  #insertsUntilFull = 0;
  #failuresAtCommit = 0;

  static override async open(options: SqliteEventStoreOptions): Promise<FaultyStore> {
    const complete = withDefaults(options);
    const log = await openLog(complete);
    const store = new FaultyStore(log, complete);
    Object.defineProperty(store, 'database', { value: log.database });
    store.#listen();
    return store;
  }

  /** The `nth` INSERT of a commit from now on finds the disk full. */
  failNextCommit(nth = 1): void {
    this.#insertsUntilFull = nth;
  }

  /** The next transaction fails at COMMIT, and not before: a deferred constraint is violated. */
  failAtCommit(): void {
    this.database.pragma('foreign_keys = ON');
    this.database.exec(`
      CREATE TABLE IF NOT EXISTS fault_parent (id INTEGER PRIMARY KEY);
      CREATE TABLE IF NOT EXISTS fault (id INTEGER REFERENCES fault_parent DEFERRABLE INITIALLY DEFERRED);
      CREATE TEMP TRIGGER varve_fault_at_commit BEFORE INSERT ON main.commits
        BEGIN INSERT INTO fault SELECT 1 WHERE varve_fault_at_commit(); END`);
    this.#failuresAtCommit += 1;
  }

  #listen(): void {
    this.database.function('varve_fault_at_commit', { deterministic: false }, () => {
      if (this.#failuresAtCommit === 0) return 0;
      this.#failuresAtCommit -= 1;
      return 1;
    });
    this.database.function('varve_fault', { deterministic: false }, () => {
      if (this.#insertsUntilFull === 0) return null;
      this.#insertsUntilFull -= 1;
      if (this.#insertsUntilFull > 0) return null;
      throw new Database.SqliteError('database or disk is full', 'SQLITE_FULL');
    });
    this.database.exec(
      'CREATE TEMP TRIGGER varve_fault BEFORE INSERT ON main.commits BEGIN SELECT varve_fault(); END',
    );
  }
}
