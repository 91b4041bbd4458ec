import type { Document } from 'mongodb';
import { InvalidOptionsError, StoreIncompatibleError } from '../../log/errors.js';
import { codeOf } from '../driver-errors.js';
import type { Collections } from './mongo-log.js';

export interface ServerFacts {
  readonly maxDocumentBytes: number;
  readonly changeStreams: boolean;
}

const COMMAND_NOT_FOUND = 59;
const NO_MAJORITY_READS = 148;
/** MongoDB 4.2. */
const OLDEST_WIRE_VERSION = 8;

/**
 * Refuses what the log would not be safe on, before anything is written.
 *
 * @throws StoreIncompatibleError, InvalidOptionsError
 */
export async function checkServer(collections: Collections, location: string): Promise<ServerFacts> {
  const hello = await checkPrimary(collections, location);
  await assertMajorityReads(() => collections.commits.findOne({ _id: 1 }, ID_ALONE), location);
  const sharded = hello['msg'] === 'isdbgrid';
  if (sharded) await assertNotSharded(collections, location);
  return {
    maxDocumentBytes: Number(hello['maxBsonObjectSize'] ?? 16 * 1024 * 1024),
    changeStreams: sharded || hello['setName'] !== undefined,
  };
}

const ID_ALONE = { projection: { _id: 1 } } as const;

/**
 * What the server says of itself; refused if it is too old, or not the one that writes.
 *
 * @throws StoreIncompatibleError, InvalidOptionsError
 */
export async function checkPrimary(
  { database }: Pick<Collections, 'database'>,
  location: string,
): Promise<Document> {
  const hello = await greet({ database });
  const wire = Number(hello['maxWireVersion'] ?? 0);
  if (wire < OLDEST_WIRE_VERSION) {
    throw new StoreIncompatibleError(
      `The server of ${location} speaks wire version ${wire}. Use MongoDB 4.2 or later.`,
    );
  }
  if (hello['isWritablePrimary'] || hello['ismaster']) return hello;
  throw new InvalidOptionsError(
    'uri',
    `The server of ${location} is no primary. Name the replica set in the URI ("replicaSet=…") and leave out "directConnection".`,
  );
}

export async function greet({ database }: Pick<Collections, 'database'>): Promise<Document> {
  try {
    return await database.command({ hello: 1 });
  } catch (error) {
    if (codeOf(error) !== COMMAND_NOT_FOUND) throw error;
    return database.command({ isMaster: 1 });
  }
}

/**
 * What a minority alone has may be rolled back; a reader that had seen it would go on from a position that is given out again.
 *
 * @throws StoreIncompatibleError
 */
export async function assertMajorityReads(read: () => Promise<unknown>, location: string): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (codeOf(error) !== NO_MAJORITY_READS) throw error;
    throw new StoreIncompatibleError(
      `The server of ${location} serves no majority reads. Remove "enableMajorityReadConcern: false" from its configuration.`,
      { cause: error },
    );
  }
}

/** On several shards no index but that of the shard key is unique, and nothing orders the positions. */
async function assertNotSharded({ database, commits }: Collections, location: string): Promise<void> {
  const stats = await database.command({ collStats: commits.collectionName }).catch((): Document => ({}));
  if (stats['sharded'] !== true) return;
  throw new StoreIncompatibleError(
    `The log ${location} is a sharded collection: its positions and versions would not be unique. Keep it on one shard (never shard it).`,
  );
}
