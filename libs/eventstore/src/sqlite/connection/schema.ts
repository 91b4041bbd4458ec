import type { Database } from 'better-sqlite3';

/** "VARV": tells a log from every other SQLite file. */
export const APPLICATION_ID = 0x56415256;

/**
 * Step n brings the tables from version n to n + 1. Steps are only ever added. A store that is opened read-only reads tables of every version
 * as they are: a step after which older ones cannot be read so needs a reader for them.
 */
export const MIGRATIONS: readonly ((database: Database) => void)[] = [createTables, addMoves, addHandover];

function createTables(database: Database): void {
  database.exec(TABLES);
  database
    .prepare('INSERT INTO log (id, log_id, created_at) VALUES (1, ?, ?)')
    .run(crypto.randomUUID(), Date.now());
}

/** Where a sealed log has gone (`sealed` is the time of the seal, 0 without one), and what a log that is not whole yet is copied from. */
function addMoves(database: Database): void {
  database.exec('ALTER TABLE log ADD COLUMN moved_to TEXT; ALTER TABLE log ADD COLUMN copied_from TEXT');
}

/** Which copy a log that was moved goes on as. */
function addHandover(database: Database): void {
  database.exec('ALTER TABLE log ADD COLUMN handed_to TEXT');
}

const TABLES = `
  CREATE TABLE log (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    log_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    sealed INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    category TEXT NOT NULL
  ) STRICT;
  CREATE TABLE commits (
    position INTEGER PRIMARY KEY,
    stream_id INTEGER NOT NULL,
    first_version INTEGER NOT NULL,
    count INTEGER NOT NULL,
    commit_id TEXT,
    at INTEGER NOT NULL,
    events TEXT NOT NULL,
    CONSTRAINT commits_by_stream UNIQUE (stream_id, first_version)
  ) STRICT;
  CREATE UNIQUE INDEX commits_by_commit_id ON commits (commit_id) WHERE commit_id IS NOT NULL;
  CREATE TABLE fences (
    commit_id TEXT PRIMARY KEY,
    at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE snapshots (
    stream TEXT NOT NULL,
    revision TEXT NOT NULL,
    version INTEGER NOT NULL,
    mark TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (stream, revision)
  ) STRICT;
  CREATE TABLE consumers (
    group_name TEXT PRIMARY KEY,
    database_id TEXT NOT NULL,
    location TEXT NOT NULL,
    registered_at INTEGER NOT NULL
  ) STRICT;
  CREATE VIEW events AS
    SELECT
      c.position,
      s.name AS stream,
      c.first_version + e.key AS version,
      e.value ->> '$.type' AS type,
      e.value -> '$.data' AS data,
      e.value -> '$.metadata' AS metadata,
      coalesce(e.value ->> '$.schemaVersion', 1) AS schema_version,
      strftime('%Y-%m-%dT%H:%M:%fZ', c.at / 1000.0, 'unixepoch') AS at,
      c.commit_id
    FROM commits c
    JOIN streams s ON s.id = c.stream_id
    JOIN json_each(c.events) e;
`;
