import type { LogId } from '@varve/eventstore';
import { untilMade } from '@varve/eventstore/mongodb';
import { processorIdOf, SetupFailedError, type Projection, type VersionId } from '../../index.js';
import type { Own, OwnCollections } from '../connection/own-collections.js';
import { insertRow } from '../processors/ensure-row.js';
import { MongoTransaction } from '../transaction/mongo-transaction.js';
import type { OpenTransaction } from '../transaction/open-transaction.js';
import type { Transactions } from '../transaction/transactions.js';
import { changeVersions, findProjection } from './find-version.js';
import { physicalPrefix } from './names.js';
import { planVersion } from './plan-version.js';

export interface Making {
  readonly logId: LogId;
  readonly generation: 'first' | 'next';
  readonly now: Date;
  readonly commandTimeout: number;
}

/** Somebody else has made a version since it was looked for: what was set up for it is rolled back. */
class MadeMeanwhile extends Error {
  override readonly name = 'MadeMeanwhile';
}

/**
 * Of several instances that start together one makes the version, and the others find it: the transaction that keeps it looks once more. Before
 * that transaction has done anything, `setup` makes its collections and indexes, which all of them may do at once.
 */
export function createVersion(
  { own, transactions }: { readonly own: OwnCollections; readonly transactions: Transactions },
  projection: Projection<MongoTransaction>,
  made: Making,
): Promise<VersionId> {
  const outside: Own = { ...own, inside: {} };
  return untilMade(async () => {
    for (;;) {
      const planned = planVersion(
        await findProjection(outside, projection.name),
        projection,
        made.generation,
      );
      if (!planned.isNew) return planned.id;
      const make = (open: OpenTransaction) =>
        makeVersion({ own, open }, projection, { ...made, id: planned.id });
      try {
        return await transactions.run(projection.name, make);
      } catch (error) {
        if (!(error instanceof MadeMeanwhile)) throw error;
      }
    }
  });
}

async function makeVersion(
  { own, open }: { readonly own: OwnCollections; readonly open: OpenTransaction },
  projection: Projection<MongoTransaction>,
  made: Making & { readonly id: VersionId },
): Promise<VersionId> {
  const { operations, session } = open;
  const { id, commandTimeout } = made;
  const prefix = physicalPrefix(own.prefix, id);
  const { database } = own;
  const tx = new MongoTransaction({ database, open, prefix, commandTimeout, isSetup: true });
  try {
    await projection.setup(tx);
  } catch (cause) {
    throw new SetupFailedError(projection.name, projection.version, { cause });
  }
  return operations.run(() => keep({ ...own, inside: { session } }, projection, made));
}

async function keep(
  own: Own,
  projection: Projection<MongoTransaction>,
  { id, logId, generation, now }: Making & { readonly id: VersionId },
): Promise<VersionId> {
  const versions = await findProjection(own, projection.name);
  const planned = planVersion(versions, projection, generation);
  if (!planned.isNew || planned.id.generation !== id.generation) throw new MadeMeanwhile();
  const processor = processorIdOf(id);
  const state = versions.some((each) => each.state === 'live') ? 'building' : 'live';
  await changeVersions(own, versions, [{ ...id, processor, state }]);
  await insertRow(own, { processor, logId }, now);
  return id;
}
