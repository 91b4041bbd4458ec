import type Database from 'better-sqlite3';
import { identify } from '@varve/eventstore/sqlite';
import { ReadModelsIncompatibleError } from '../../index.js';

/** "VRVP" in ASCII, in the file's header: tells read models from a log and from anybody else's database. */
export const APPLICATION_ID = 0x56_52_56_50;

const SCHEMA_VERSION = 3;

const SCHEMA = `
  CREATE TABLE varve_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE varve_processors (
    processor  TEXT PRIMARY KEY,
    log_id     TEXT NOT NULL,
    position   INTEGER NOT NULL,
    mark       TEXT,
    token      INTEGER NOT NULL DEFAULT 0,
    heartbeat  INTEGER NOT NULL DEFAULT 0,
    owner      TEXT,
    state      TEXT NOT NULL DEFAULT 'active',
    reason     TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE varve_versions (
    name       TEXT NOT NULL,
    version    INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    processor  TEXT NOT NULL UNIQUE,
    state      TEXT NOT NULL,
    PRIMARY KEY (name, version, generation)
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX varve_one_live_version ON varve_versions (name) WHERE state = 'live';
  CREATE TABLE varve_parked (
    processor     TEXT NOT NULL,
    stream        TEXT NOT NULL,
    next_version  INTEGER NOT NULL,
    position      INTEGER NOT NULL,
    attempts      INTEGER NOT NULL,
    error_code    TEXT NOT NULL,
    error_message TEXT NOT NULL,
    parked_at     INTEGER NOT NULL,
    request       TEXT,
    PRIMARY KEY (processor, stream)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE varve_skipped (
    id            INTEGER PRIMARY KEY,
    processor     TEXT NOT NULL,
    stream        TEXT NOT NULL,
    first_version INTEGER NOT NULL,
    last_version  INTEGER NOT NULL,
    reason        TEXT NOT NULL,
    at            INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX varve_skipped_by_processor ON varve_skipped (processor);
`;

/** A processor follows one log, so that its row names the log of all its streams. The number stands in each stream's row, which may be millions. */
const APPLIED_VERSIONS = `
  CREATE TABLE varve_tracked (
    id        INTEGER PRIMARY KEY,
    processor TEXT NOT NULL UNIQUE,
    up_to     INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE varve_applied (
    tracked INTEGER NOT NULL,
    stream  TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tracked, stream)
  ) STRICT, WITHOUT ROWID;
`;

/** A processor looks at each step, also while ten thousand streams are parked: an index of the few that somebody has asked for. */
const REQUESTED = `
  CREATE INDEX varve_parked_requested ON varve_parked (processor, position, stream) WHERE request IS NOT NULL;
`;

/** What brings a file from one schema to the next, by the version that it has. */
const MIGRATIONS: Readonly<Record<number, string>> = { 1: APPLIED_VERSIONS, 2: REQUESTED };

/** Makes the tables in an empty file, and refuses every file that holds something else. */
export function ensureSchema(database: Database.Database, made: { databaseId: string; now: number }): void {
  // Asked without the write lock first: another process may hold it, and usually there is nothing to make.
  if (schemaOf(database) === SCHEMA_VERSION) return;
  database
    .transaction(() => {
      const found = schemaOf(database);
      if (found !== 0) {
        migrate(database, found);
        return;
      }
      database.exec(SCHEMA + APPLIED_VERSIONS + REQUESTED);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${SCHEMA_VERSION}`);
      const insert = database.prepare('INSERT INTO varve_meta (key, value) VALUES (?, ?)');
      insert.run('database_id', made.databaseId);
      insert.run('created_at', new Date(made.now).toISOString());
    })
    .immediate();
}

function migrate(database: Database.Database, from: number): void {
  for (let version = from; version < SCHEMA_VERSION; version++) database.exec(MIGRATIONS[version] ?? '');
  database.pragma(`user_version = ${SCHEMA_VERSION}`);
}

/** 0: an empty file. */
function schemaOf(database: Database.Database): number {
  const { application, version, tables } = identify(database);
  const isKnown = version === SCHEMA_VERSION || version in MIGRATIONS;
  if (application === APPLICATION_ID && isKnown) return version;
  if (application === APPLICATION_ID) {
    throw new ReadModelsIncompatibleError(
      `${database.name} was written by a newer version of @varve/projections (schema ${version}, this one knows ${SCHEMA_VERSION}). Update the package.`,
    );
  }
  if (application === 0 && tables === 0) return 0;
  throw new ReadModelsIncompatibleError(
    `${database.name} holds no read models of Varve but something else. Give the read models a file of their own.`,
  );
}

export function readDatabaseId(database: Database.Database): string {
  const row = database.prepare(`SELECT value FROM varve_meta WHERE key = 'database_id'`).get();
  return (row as { value: string }).value;
}
