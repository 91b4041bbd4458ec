import {
  checkpointStoreContract,
  leaseStoreContract,
  parkedSequencesContract,
  type ProcessorStoreHarness,
} from '@varve/eventstore/testing';
import type { WatermarkTransaction } from '@varve/projections/mongodb';
import { readModelsContract } from '@varve/projections/testing';
import { afterAll, describe } from 'vitest';
import { mongoServers } from '../../../../../test/services/mongodb/index.js';
import { enrol } from '../../../../../test/support/enrol.js';
import { Positions, WatermarkBench, writePair, type Pair } from './bench.js';
import { LACKS, watermarkHarness } from './harness.js';

describe.each(await mongoServers())('on $name, read models in watermark mode', (server) => {
  const bench = new WatermarkBench(server);
  afterAll(() => bench.dispose());

  const processors: ProcessorStoreHarness<WatermarkTransaction> = {
    lacks: LACKS,
    async open() {
      const place = bench.newPlace();
      const positions = new Positions();
      const store = positions.watch(await bench.open(place));
      const rows = bench.raw<Pair>(place, 'orders__v2__pairs');
      return {
        store,
        write: (tx, key, value) => writePair(tx, positions.next(tx.processor), { key, value }),
        read: async (key) => (await rows.findOne({ _id: key }))?.value,
        second: async () => positions.watch(await bench.open(place)),
        dispose: () => store.close(),
      };
    },
  };
  const rules = [...checkpointStoreContract, ...leaseStoreContract, ...parkedSequencesContract];
  enrol('keep the rules of processors', rules, processors as ProcessorStoreHarness);
  enrol('keep the rules of ReadModels', readModelsContract, watermarkHarness(bench));
});
