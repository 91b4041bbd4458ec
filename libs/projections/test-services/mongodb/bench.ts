import type { Projection } from '@varve/projections';
import {
  MongoReadModels,
  type MongoReadModelsOptions,
  type MongoTransaction,
} from '@varve/projections/mongodb';
import { MongoClient } from 'mongodb';
import { uniqueName } from '../../../../test/services/shared.js';

export interface Place {
  readonly database: string;
  readonly collectionPrefix: string;
}

/** One database for all read models of a test file, each under a prefix of its own. */
export class ReadModelsBench {
  readonly client: MongoClient;
  readonly database = uniqueName('varve-projections');
  readonly #opened: MongoReadModels[] = [];

  constructor(readonly server: { readonly uri: string }) {
    this.client = new MongoClient(server.uri);
  }

  newPlace(): Place {
    return { database: this.database, collectionPrefix: `${uniqueName('rm')}_` };
  }

  async open(
    place: Place = this.newPlace(),
    options: Partial<MongoReadModelsOptions> = {},
  ): Promise<MongoReadModels> {
    const where = options.uri === undefined ? { client: this.client } : {};
    const readModels = await MongoReadModels.connect({ ...where, ...place, ...options });
    this.#opened.push(readModels);
    return readModels;
  }

  /** One more on the same place, as another process has it. */
  another(place: Place, options: Partial<MongoReadModelsOptions> = {}): Promise<MongoReadModels> {
    return this.open(place, { uri: this.server.uri, ...options });
  }

  /** A collection by its physical name, outside of any transaction. */
  raw<Row extends object>({ database, collectionPrefix }: Place, name: string) {
    return this.client.db(database).collection<Row>(collectionPrefix + name);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#opened.map((each) => each.close()));
    await this.client.db(this.database).dropDatabase();
    await this.client.close();
  }
}

export interface Pair {
  readonly _id: string;
  readonly key: string;
  readonly value: string;
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
