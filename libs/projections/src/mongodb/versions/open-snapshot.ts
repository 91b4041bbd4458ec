import type { ReadModelsSnapshot } from '../../index.js';
import type { Own, OwnCollections } from '../connection/own-collections.js';
import { loadCheckpoint } from '../processors/load-checkpoint.js';
import type { Transactions } from '../transaction/transactions.js';
import { readRows } from './read-rows.js';

/** A transaction that stays open until it is closed: it shows one moment, for as long as the server lets a transaction live. */
export async function openSnapshot(
  collections: OwnCollections,
  transactions: Transactions,
): Promise<ReadModelsSnapshot> {
  const session = transactions.begin();
  const own: Own = { ...collections, inside: { session } };
  try {
    // The moment is that of the first read.
    await own.identity.findOne({}, own.inside);
  } catch (error) {
    await session.endSession();
    throw error;
  }
  return {
    loadCheckpoint: (processor) => loadCheckpoint(own, processor),
    readRows: (version) => readRows(own, version),
    close: () => session.endSession(),
  };
}
