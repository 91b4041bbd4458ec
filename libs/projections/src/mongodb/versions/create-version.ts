import type { LogId } from '@varve/eventstore';
import { processorIdOf, SetupFailedError, type Projection, type VersionId } from '../../index.js';
import type { Own, OwnCollections } from '../connection/own-collections.js';
import { insertRow } from '../processors/ensure-row.js';
import { MongoTransaction } from '../transaction/mongo-transaction.js';
import type { OpenTransaction } from '../transaction/open-transaction.js';
import { changeVersions, findProjection, idOf, type StoredVersion } from './find-version.js';
import { physicalPrefix } from './names.js';

export interface Making {
  readonly logId: LogId;
  readonly generation: 'first' | 'next';
  readonly now: Date;
  readonly commandTimeout: number;
}

/**
 * Runs in one transaction, so that of several instances that start together one makes the version and the others find it. The projection's
 * document is written before `setup`, which makes collections and indexes beside the transaction: the others wait there for the first.
 */
export async function createVersion(
  collections: OwnCollections,
  open: OpenTransaction,
  projection: Projection<MongoTransaction>,
  made: Making,
): Promise<VersionId> {
  const { operations, session } = open;
  const own: Own = { ...collections, inside: { session } };
  const planned = await operations.run(() => plan(own, projection, made));
  if (!planned.isNew) return planned.id;
  const prefix = physicalPrefix(own.prefix, planned.id);
  const { database } = own;
  const { commandTimeout } = made;
  const tx = new MongoTransaction({ database, open, prefix, commandTimeout, isSetup: true });
  try {
    await projection.setup(tx);
  } catch (cause) {
    throw new SetupFailedError(projection.name, projection.version, { cause });
  }
  return planned.id;
}

async function plan(
  own: Own,
  { name, version }: Projection<MongoTransaction>,
  { logId, generation, now }: Making,
): Promise<{ readonly id: VersionId; readonly isNew: boolean }> {
  const versions = await findProjection(own, name);
  const generations = versions.filter((each) => each.version === version);
  const found = existing(generations, generation);
  if (found) return { id: idOf(found), isNew: false };

  const id = { name, version, generation: (generations.at(-1)?.generation ?? 0) + 1 };
  const processor = processorIdOf(id);
  const state = versions.some((each) => each.state === 'live') ? 'building' : 'live';
  if (versions.length === 0)
    await own.projections.insertOne({ _id: name, revision: 0, versions: [] }, own.inside);
  await changeVersions(own, versions, [{ ...id, processor, state }]);
  await insertRow(own, { processor, logId }, now);
  return { id, isNew: true };
}

function existing(
  generations: readonly StoredVersion[],
  wanted: 'first' | 'next',
): StoredVersion | undefined {
  const building = generations.findLast(({ state }) => state === 'building');
  if (wanted === 'next') return building;
  const live = generations.find(({ state }) => state === 'live');
  return live ?? building ?? generations.findLast(({ state }) => state === 'retired');
}
