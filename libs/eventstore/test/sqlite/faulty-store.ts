import Database from 'better-sqlite3';
import { openLog } from '../../src/sqlite/open.js';
import { withDefaults } from '../../src/sqlite/options.js';
import { SqliteEventStore, type SqliteEventStoreOptions } from '../../src/sqlite/index.js';

/** A store on a real file whose SQLite can be made to fail, at real statements in real transactions. */
export class FaultyStore extends SqliteEventStore {
  declare readonly database: Database.Database;
  #failures = 0;

  static override async open(options: SqliteEventStoreOptions): Promise<FaultyStore> {
    const complete = withDefaults(options);
    const log = await openLog(complete);
    const store = new FaultyStore(log, complete);
    Object.defineProperty(store, 'database', { value: log.database });
    store.#listen();
    return store;
  }

  /** The next INSERT of a commit finds the disk full. */
  failNextCommit(): void {
    this.#failures += 1;
  }

  #listen(): void {
    this.database.function('varve_fault', { deterministic: false }, () => {
      if (this.#failures === 0) return null;
      this.#failures -= 1;
      throw new Database.SqliteError('database or disk is full', 'SQLITE_FULL');
    });
    this.database.exec(
      'CREATE TEMP TRIGGER varve_fault BEFORE INSERT ON main.commits BEGIN SELECT varve_fault(); END',
    );
  }
}
