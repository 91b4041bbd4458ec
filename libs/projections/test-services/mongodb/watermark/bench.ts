import type { Projection } from '@varve/projections';
import {
  MongoWatermarkReadModels,
  type MongoWatermarkReadModelsOptions,
  type WatermarkTransaction,
} from '@varve/projections/mongodb';
import { MongoClient } from 'mongodb';
import { uniqueName } from '../../../../../test/services/shared.js';

export interface Place {
  readonly database: string;
  readonly collectionPrefix: string;
}

/** One database for all read models of a test file, each under a prefix of its own. */
export class WatermarkBench {
  readonly client: MongoClient;
  readonly database = uniqueName('varve-watermark');
  readonly #opened: MongoWatermarkReadModels[] = [];

  constructor(readonly server: { readonly uri: string }) {
    this.client = new MongoClient(server.uri);
  }

  newPlace(): Place {
    return { database: this.database, collectionPrefix: `${uniqueName('rm')}_` };
  }

  async open(
    place: Place = this.newPlace(),
    options: Partial<MongoWatermarkReadModelsOptions> = {},
  ): Promise<MongoWatermarkReadModels> {
    const where = options.uri === undefined ? { client: this.client } : {};
    const readModels = await MongoWatermarkReadModels.connect({ ...where, ...place, ...options });
    this.#opened.push(readModels);
    return readModels;
  }

  /** A collection by its physical name, past the read models. */
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
export function pairs(name: string, version: number): Projection<WatermarkTransaction> {
  return {
    name,
    version,
    order: 'log',
    handles: ['nothing'],
    setup: (tx) => tx.createCollection('pairs'),
    apply: () => undefined,
  };
}

/** Remembers where processors were when somebody looked, so that a pair can be written by the commit that comes next. */
export class Positions {
  readonly #last = new Map<string, number>();

  watch(readModels: MongoWatermarkReadModels): MongoWatermarkReadModels {
    const load = async (processor: string) => {
      const found = await MongoWatermarkReadModels.prototype.load.call(readModels, processor);
      this.#last.set(processor, found?.position ?? 0);
      return found;
    };
    return Object.assign(readModels, { load });
  }

  next(processor: string): number {
    return (this.#last.get(processor) ?? 0) + 1;
  }
}

export function writePair(
  tx: WatermarkTransaction,
  position: number,
  { key, value }: Omit<Pair, '_id'>,
): void {
  const event = { stream: 'order-1', position };
  tx.collection<Pair>('pairs').evolve(key, event, () => ({ _id: key, key, value }));
}

export async function readPairs(
  readModels: MongoWatermarkReadModels,
  name: string,
): Promise<Record<string, string>> {
  const rows = await readModels.query(name, (q) => q.collection<Pair>('pairs').find().toArray());
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]));
}
