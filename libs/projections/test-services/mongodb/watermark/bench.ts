import type { Projection } from '@varve/projections';
import {
  MongoWatermarkReadModels,
  type MongoPlace,
  type WatermarkTransaction,
} from '@varve/projections/mongodb';
import { StoreBench, type Pair } from '../store-bench.js';

export type { Pair, Place } from '../store-bench.js';

export class WatermarkBench extends StoreBench<MongoWatermarkReadModels> {
  constructor(server: { readonly uri: string }) {
    super(server, 'varve-watermark');
  }

  protected connect(options: MongoPlace): Promise<MongoWatermarkReadModels> {
    return MongoWatermarkReadModels.connect(options);
  }
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
