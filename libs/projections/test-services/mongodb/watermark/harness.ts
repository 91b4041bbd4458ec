import type { MongoWatermarkReadModels, WatermarkTransaction } from '@varve/projections/mongodb';
import type { ReadModelsHarness } from '@varve/projections/testing';
import { pairs, Positions, readPairs, writePair, type Place, type WatermarkBench } from './bench.js';

/** What a deliberately broken twin does differently. */
export interface Twin {
  open?(readModels: MongoWatermarkReadModels, place: Place): MongoWatermarkReadModels;
  readLive?(
    readModels: MongoWatermarkReadModels,
    name: string,
    place: Place,
  ): Promise<Record<string, string>>;
}

export const LACKS = {
  parking: 'all commits are applied in the order of the log',
  feeding: 'commits come from the log alone',
  moments: 'the server has no snapshots',
} as const;

/** Enrols watermark read models, or a broken twin of them, in the contract. */
export function watermarkHarness(bench: WatermarkBench, twin: Twin = {}): ReadModelsHarness {
  const harness: ReadModelsHarness<WatermarkTransaction> = {
    lacks: LACKS,
    async open() {
      const place = bench.newPlace();
      const positions = new Positions();
      const opened: MongoWatermarkReadModels[] = [];
      const keep = (readModels: MongoWatermarkReadModels): MongoWatermarkReadModels => {
        opened.push(readModels);
        positions.watch(readModels);
        return twin.open?.(readModels, place) ?? readModels;
      };
      const readModels = keep(await bench.open(place));
      return {
        readModels,
        projection: pairs,
        write: (tx, key, value) => writePair(tx, positions.next(tx.processor), { key, value }),
        readLive: (name) => twin.readLive?.(readModels, name, place) ?? readPairs(readModels, name),
        second: async () => keep(await bench.open(place)),
        dispose: async () => {
          await Promise.all(opened.map((each) => each.close()));
        },
      };
    },
  };
  return harness;
}
