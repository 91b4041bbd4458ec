import type { Database } from 'better-sqlite3';

/** Whose a database is, all read from one moment of it: a process that makes its tables meanwhile is seen before or after that. */
export interface Identity {
  /** 0: nobody's. */
  readonly application: number;
  readonly version: number;
  readonly tables: number;
}

/** For adapters in SQLite: tells whose a file is, before any table in it is read or made. */
export function identify(database: Database): Identity {
  return database.transaction(() => ({
    application: database.pragma('application_id', { simple: true }) as number,
    version: database.pragma('user_version', { simple: true }) as number,
    tables: database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number,
  }))();
}
