import type { Projection } from '@varve/projections';
import { MongoReadModels, type MongoPlace, type MongoTransaction } from '@varve/projections/mongodb';
import { StoreBench, type Pair } from './store-bench.js';

export type { Pair, Place } from './store-bench.js';

export class ReadModelsBench extends StoreBench<MongoReadModels> {
  constructor(server: { readonly uri: string }) {
    super(server, 'varve-projections');
  }

  protected connect(options: MongoPlace): Promise<MongoReadModels> {
    return MongoReadModels.connect(options);
  }
}

/** A projection of one collection, `pairs`. */
export function pairs(name: string, version: number): Projection<MongoTransaction> {
  return {
    name,
    version,
    order: 'stream',
    handles: ['nothing'],
    setup: (tx) => tx.createCollection('pairs'),
    apply: () => undefined,
  };
}

export async function writePair(tx: MongoTransaction, key: string, value: string): Promise<void> {
  await tx.collection<Pair>('pairs').replaceOne({ _id: key }, { key, value }, { upsert: true });
}

export async function readPairs(readModels: MongoReadModels, name: string): Promise<Record<string, string>> {
  const rows = await readModels.query(name, (q) => q.collection<Pair>('pairs').find().toArray());
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}
