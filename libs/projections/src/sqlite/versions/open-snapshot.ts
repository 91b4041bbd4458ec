import type { ReadModelsSnapshot } from '../../index.js';
import type { ReadConnection } from '../connection/read-connections.js';
import { loadCheckpoint } from '../processors/load-checkpoint.js';
import { readRows } from './read-rows.js';

type Reading = <T>(work: (connection: ReadConnection) => Promise<T>) => Promise<T>;

/** A read transaction that stays open until it is closed: SQLite shows it one moment of the file, whoever writes. */
export async function openSnapshot(reading: Reading): Promise<ReadModelsSnapshot> {
  const closing = Promise.withResolvers<undefined>();
  const opened = Promise.withResolvers<ReadConnection>();
  const done = reading(async (connection) => {
    // SQLite fixes the moment at the first read, not at BEGIN.
    connection.database.prepare('SELECT count(*) FROM varve_meta').get();
    opened.resolve(connection);
    await closing.promise;
  });
  done.catch(opened.reject);
  const { database, statements } = await opened.promise;
  return {
    loadCheckpoint: async (processor) => loadCheckpoint(statements.of(undefined), processor),
    async *readRows(version) {
      yield* readRows(database, version);
    },
    close: async () => {
      closing.resolve(undefined);
      await done;
    },
  };
}
