import { isAbsolute } from 'node:path';
import { Logger } from '@nestjs/common';
import { missingDriver, type EventStore } from '@varve/eventstore';
import type { MongoPublicationStoreOptions } from '../../mongodb/options.js';
import type { PublicationStore } from '../../publication/publication-store.js';
import { InvalidBusOptionsError } from '../../transport/errors.js';
import type { PublicationFileOptions, PublicationStorage } from './publication-options.js';

/** A store, and how to close it if it was opened here. */
export interface OpenedPublicationStore {
  readonly store: PublicationStore;
  close(): Promise<void>;
}

/** @throws InvalidBusOptionsError it is not said where, and the log is no file */
export async function openPublicationStore(
  storage: PublicationStorage | undefined,
  log: EventStore,
): Promise<OpenedPublicationStore> {
  if (storage === undefined) return openSqlite(locationOf(log));
  if (typeof storage === 'function') return owned(await storage());
  if ('sqlite' in storage) return openSqlite(storage.sqlite);
  if ('mongodb' in storage) return connectMongo(storage.mongodb);
  return { store: storage, close: () => Promise.resolve() };
}

/** A file of its own: what is noted there never waits for an append, nor an append for it. */
async function openSqlite(where: string | PublicationFileOptions): Promise<OpenedPublicationStore> {
  const { publicationFileOf, SqlitePublicationStore } = await import('../../sqlite/index.js').catch(
    missing('better-sqlite3'),
  );
  if (typeof where !== 'string') return owned(await SqlitePublicationStore.open(where));
  const file = where === ':memory:' ? where : publicationFileOf(where);
  return owned(await SqlitePublicationStore.open({ file }));
}

async function connectMongo(options: MongoPublicationStoreOptions): Promise<OpenedPublicationStore> {
  const { MongoPublicationStore } = await import('../../mongodb/index.js').catch(missing('mongodb'));
  const logger = new Logger('MongoPublicationStore');
  return owned(await MongoPublicationStore.connect({ logger, ...options }));
}

function owned(store: PublicationStore & { close?(): unknown }): OpenedPublicationStore {
  return {
    store,
    close: async () => {
      await store.close?.();
    },
  };
}

/** Every store may say where it is; only that of an embedded one is a path, or no file at all. */
function locationOf(log: EventStore): string {
  const location = 'location' in log ? log.location : undefined;
  if (typeof location === 'string' && (location === ':memory:' || isAbsolute(location))) return location;
  throw new InvalidBusOptionsError(
    'publication.store',
    'Option publication.store of BusModule is missing, and the log is no file beside which it could be. Give { mongodb: { uri, database } }, { sqlite: { file } } or a publication store.',
  );
}

function missing(driver: string): (error: unknown) => never {
  const option = 'publication.store';
  const what = `Option ${option} of BusModule`;
  return missingDriver(driver, (needs) => new InvalidBusOptionsError(option, `${what} ${needs}`));
}
