import { randomUUID } from 'node:crypto';
import { codeOf, isDuplicateKey } from '@varve/eventstore/mongodb';
import { ReadModelsDivergedError, ReadModelsIncompatibleError } from '../../index.js';
import type { MongoMode } from '../options.js';
import type { IdentityRecord, OwnCollections } from './own-collections.js';

const IDENTITY = 'read-models';
const SCHEMA_VERSION = 1;
const NAMESPACE_EXISTS = 48;

export type Identity = Pick<IdentityRecord, 'databaseId'>;

/** Whoever comes first gives the read models their id; all others take it. */
export async function findOrMakeIdentity(
  own: OwnCollections,
  made: {
    readonly location: string;
    readonly mode: MongoMode;
    readonly now: () => Date;
    readonly create: () => Promise<void>;
  },
): Promise<Identity> {
  const found = await own.identity.findOne({ _id: IDENTITY });
  if (found) return readable(found, made);
  // Before the record: whoever finds it may rely on them.
  await made.create();
  const record: IdentityRecord = {
    _id: IDENTITY,
    databaseId: randomUUID(),
    mode: made.mode,
    schemaVersion: SCHEMA_VERSION,
    createdAt: made.now(),
  };
  try {
    await own.identity.insertOne(record);
    return record;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const theirs = await own.identity.findOne({ _id: IDENTITY });
    return readable(theirs ?? record, made);
  }
}

export async function findMode(own: OwnCollections): Promise<MongoMode | undefined> {
  return (await own.identity.findOne({ _id: IDENTITY }))?.mode;
}

/** Made beforehand: two transactions that would make the same collection are in each other's way. */
export async function createOwnCollections(own: OwnCollections): Promise<void> {
  const { projections, processors, renewals, parked, skipped, tracked, applied } = own;
  const all = [projections, processors, renewals, parked, skipped, tracked, applied];
  await Promise.all(all.map(({ collectionName }) => ensureCollection(own, collectionName)));
}

async function ensureCollection({ database }: OwnCollections, name: string): Promise<void> {
  try {
    await database.createCollection(name);
  } catch (error) {
    if (codeOf(error) !== NAMESPACE_EXISTS) throw error;
  }
}

/**
 * A database that was dropped or restored while it was in use has other rows, under the same names.
 *
 * @throws ReadModelsDivergedError
 */
export async function assertSameDatabase(
  own: OwnCollections,
  { databaseId }: Identity,
  location: string,
): Promise<void> {
  const now = await own.identity.findOne({ _id: IDENTITY });
  if (now?.databaseId === databaseId) return;
  throw new ReadModelsDivergedError(location, now ? 'replaced' : 'deleted');
}

function readable(
  record: IdentityRecord,
  { location, mode }: { readonly location: string; readonly mode: MongoMode },
): Identity {
  if (record.mode !== mode) {
    throw new ReadModelsIncompatibleError(
      `The read models at ${location} were made in mode "${record.mode}", and are opened in mode "${mode}": their rows have another form. Open them ` +
        'as they are, or give another "database" or "collectionPrefix" and let them be built there from the log.',
    );
  }
  if (record.schemaVersion === SCHEMA_VERSION) return record;
  throw new ReadModelsIncompatibleError(
    `The read models at ${location} were written by another version of @varve/projections (schema ${record.schemaVersion}, this one knows ${SCHEMA_VERSION}). Update the package.`,
  );
}
