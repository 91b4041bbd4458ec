import type { Database } from 'better-sqlite3';
import { StoreIncompatibleError } from '@varve/eventstore';
import { identify } from '@varve/eventstore/sqlite';

/** "VRVB" in ASCII, in the file's header: tells a publication store from a log, read models and anybody else's database. */
const APPLICATION_ID = 0x56_52_56_42;
const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE relays (
    processor TEXT PRIMARY KEY,
    log_id    TEXT NOT NULL,
    position  INTEGER NOT NULL,
    mark      TEXT,
    token     INTEGER NOT NULL DEFAULT 0,
    heartbeat INTEGER NOT NULL DEFAULT 0,
    owner     TEXT,
    state     TEXT NOT NULL DEFAULT 'active',
    reason    TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE confirmed (
    relay     TEXT NOT NULL,
    log_id    TEXT NOT NULL,
    position  INTEGER NOT NULL,
    commit_id TEXT NOT NULL,
    PRIMARY KEY (relay, log_id, position)
  ) STRICT, WITHOUT ROWID;
`;
/** Made in a file that has none as well: whoever does not know it goes on without it. */
const INSTANCES = `
  CREATE TABLE IF NOT EXISTS instances (
    relay    TEXT NOT NULL,
    log_id   TEXT NOT NULL,
    instance TEXT NOT NULL,
    at       TEXT NOT NULL,
    report   TEXT NOT NULL,
    PRIMARY KEY (relay, log_id, instance)
  ) STRICT, WITHOUT ROWID;
`;

/** Makes the tables in an empty file. @throws StoreIncompatibleError for a file that holds something else, which is left as it is */
export function ensureSchema(database: Database): void {
  if (isOurs(database)) {
    database.exec(INSTANCES);
    return;
  }
  database
    .transaction(() => {
      if (isOurs(database)) return;
      database.exec(SCHEMA);
      database.exec(INSTANCES);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${SCHEMA_VERSION}`);
    })
    .immediate();
}

/** `false`: an empty file. */
export function isOurs(database: Database): boolean {
  const { application, version, tables } = identify(database);
  if (application === APPLICATION_ID && version === SCHEMA_VERSION) return true;
  if (application === APPLICATION_ID) {
    throw new StoreIncompatibleError(
      `${database.name} was written by a newer version of @varve/bus (schema ${version}, this one knows ${SCHEMA_VERSION}). Update the package.`,
    );
  }
  if (application === 0 && tables === 0) return false;
  throw new StoreIncompatibleError(
    `${database.name} is no publication store but something else. Nothing was changed in it. Give publication a file of its own.`,
  );
}
