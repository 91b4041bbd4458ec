import type { MongoReadModels, MongoTransaction } from '@varve/projections/mongodb';
import type { ReadModelsHarness } from '@varve/projections/testing';
import { pairs, readPairs, writePair, type Place, type ReadModelsBench } from './bench.js';

/** What a deliberately broken twin does differently. */
export interface Twin {
  open?(readModels: MongoReadModels, place: Place): MongoReadModels;
  write?(place: Place, tx: MongoTransaction, key: string, value: string): Promise<void>;
  readLive?(readModels: MongoReadModels, name: string, place: Place): Promise<Record<string, string>>;
}

/** Enrols MongoDB read models, or a broken twin of them, in the contract. */
export function mongoHarness(bench: ReadModelsBench, twin: Twin = {}): ReadModelsHarness {
  const harness: ReadModelsHarness<MongoTransaction> = {
    async open() {
      const place = bench.newPlace();
      const opened: MongoReadModels[] = [];
      const keep = (readModels: MongoReadModels): MongoReadModels => {
        opened.push(readModels);
        return twin.open?.(readModels, place) ?? readModels;
      };
      const readModels = keep(await bench.open(place));
      return {
        readModels,
        projection: pairs,
        write: (tx, key, value) =>
          twin.write ? twin.write(place, tx, key, value) : writePair(tx, key, value),
        readLive: (name) =>
          twin.readLive ? twin.readLive(readModels, name, place) : readPairs(readModels, name),
        second: async () => keep(await bench.another(place)),
        dispose: async () => {
          await Promise.all(opened.map((each) => each.close()));
        },
      };
    },
  };
  return harness;
}
