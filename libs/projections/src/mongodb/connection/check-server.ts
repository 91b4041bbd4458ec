import { codeOf } from '@varve/eventstore/mongodb';
import type { Document } from 'mongodb';
import { InvalidProjectionOptionsError, ReadModelsIncompatibleError } from '../../index.js';
import type { MongoMode } from '../options.js';
import type { OwnCollections } from './own-collections.js';

const COMMAND_NOT_FOUND = 59;
/** MongoDB 4.2: transactions on replica sets and on sharded clusters. */
const OLDEST_WIRE_VERSION = 8;

/**
 * Refuses what rows and checkpoint cannot be kept on, before anything is written.
 *
 * @throws ReadModelsIncompatibleError, InvalidProjectionOptionsError
 */
export async function checkServer(
  { database }: OwnCollections,
  { location, mode }: { readonly location: string; readonly mode: MongoMode },
): Promise<void> {
  const hello = await greet(database);
  const wire = Number(hello['maxWireVersion'] ?? 0);
  if (wire < OLDEST_WIRE_VERSION) {
    throw new ReadModelsIncompatibleError(
      `The server of ${location} speaks wire version ${wire}. Use MongoDB 4.2 or later.`,
    );
  }
  if (!hello['isWritablePrimary'] && !hello['ismaster']) {
    throw new InvalidProjectionOptionsError(
      'uri',
      `The server of ${location} is no primary. Name the replica set in the URI ("replicaSet=…") and leave out "directConnection".`,
    );
  }
  if (mode === 'watermark') return;
  // A member of a replica set says its name; a router of a sharded cluster says that it is one.
  if (hello['setName'] !== undefined || hello['msg'] === 'isdbgrid') return;
  throw new InvalidProjectionOptionsError(
    'mode',
    `The server of ${location} has no transactions, which rows need to be saved together with their checkpoint: it is no member of a replica set. Make it one (one member is enough: start mongod with --replSet, then rs.initiate()); or, if each row of your projections can be told from the events of that row, use mode "watermark" (MongoWatermarkReadModels), which says what it does without; or keep the read models in SQLite.`,
  );
}

async function greet(database: OwnCollections['database']): Promise<Document> {
  try {
    return await database.command({ hello: 1 });
  } catch (error) {
    if (codeOf(error) !== COMMAND_NOT_FOUND) throw error;
    return database.command({ isMaster: 1 });
  }
}
