import { StoreIncompatibleError } from '@varve/eventstore';
import { isDuplicateKey, type MongoDocuments } from '@varve/eventstore/mongodb';
import { InvalidBusOptionsError } from '../transport/errors.js';
import { collectionsOf, STORE } from './collections.js';

const SCHEMA_VERSION = 1;

/**
 * Finds the store, or makes it; of several that make it at once each finds it made.
 *
 * @throws StoreIncompatibleError, InvalidBusOptionsError
 */
export async function prepareStore(documents: MongoDocuments): Promise<void> {
  const { stores } = collectionsOf(documents);
  const found = await stores.findOne({ _id: STORE });
  if (found) {
    assertReadable(found.schemaVersion, documents.location);
    return;
  }
  if (!documents.create) {
    throw new InvalidBusOptionsError(
      'create',
      `There is no publication store at ${documents.location}, and none is to be made ("create" is false).`,
    );
  }
  try {
    await stores.insertOne({ _id: STORE, schemaVersion: SCHEMA_VERSION, createdAt: new Date() });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

function assertReadable(schemaVersion: number, location: string): void {
  if (schemaVersion === SCHEMA_VERSION) return;
  throw new StoreIncompatibleError(
    `The publication store ${location} was written by a newer version of @varve/bus (schema ${schemaVersion}, this one knows ${SCHEMA_VERSION}). Update the package.`,
  );
}
