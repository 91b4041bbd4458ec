import type Database from 'better-sqlite3';
import type { VersionId } from '../../index.js';
import { versionTables } from './version-tables.js';

/** For people and tools that look into the file: `orders__lines` shows the live version's `{lines}`. Code uses `query`. */
export function replaceLiveViews(database: Database.Database, live: VersionId): void {
  dropLiveViews(database, live.name);
  for (const { identifier, physicalName } of versionTables(database, live)) {
    database.exec(`CREATE VIEW "${live.name}__${identifier}" AS SELECT * FROM "${physicalName}"`);
  }
}

function dropLiveViews(database: Database.Database, name: string): void {
  // A version's own tables and views hold one "__" more, and no identifier holds any.
  const views = database
    .prepare(
      `SELECT name FROM sqlite_schema
        WHERE type = 'view' AND substr(name, 1, :length) = :prefix AND instr(substr(name, :length + 1), '__') = 0`,
    )
    .pluck()
    .all({ prefix: `${name}__`, length: name.length + 2 }) as string[];
  for (const view of views) database.exec(`DROP VIEW "${view}"`);
}
