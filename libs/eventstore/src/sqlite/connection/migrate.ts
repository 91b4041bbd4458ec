import type { Database } from 'better-sqlite3';
import { StoreIncompatibleError } from '../../log/errors.js';
import { identify } from './identify.js';
import { APPLICATION_ID, MIGRATIONS } from './schema.js';

/** Looks without writing, so that a file which is none of ours stays as it is. @throws StoreIncompatibleError */
export function assertCompatible(database: Database, location: string, migrations = MIGRATIONS): void {
  const { application, version, tables } = identify(database);
  if (application === APPLICATION_ID && version <= migrations.length) return;
  if (application === APPLICATION_ID) {
    throw new StoreIncompatibleError(
      `The log ${location} has tables of version ${version}, newer than the ${migrations.length} that this library knows. Upgrade @varve/eventstore.`,
    );
  }
  if (application === 0 && version === 0 && tables === 0 && !database.readonly) return;
  const what = tables === 0 ? 'is empty' : 'is an SQLite database of something else';
  throw new StoreIncompatibleError(`The file ${location} ${what}, no log. Nothing was changed in it.`);
}

/** Brings the tables to this library's version; whoever comes second finds nothing left to do. */
export function migrate(database: Database, location: string, migrations = MIGRATIONS): void {
  if (identify(database).version === migrations.length) return;
  database
    .transaction(() => {
      assertCompatible(database, location, migrations);
      const { version } = identify(database);
      for (const step of migrations.slice(version)) step(database);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${migrations.length}`);
    })
    .immediate();
}
