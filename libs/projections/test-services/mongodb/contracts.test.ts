import {
  appliedVersionsContract,
  checkpointStoreContract,
  leaseStoreContract,
  parkedSequencesContract,
  type ProcessorStoreHarness,
} from '@varve/eventstore/testing';
import type { MongoTransaction } from '@varve/projections/mongodb';
import { afterAll, it } from 'vitest';
import { ReadModelsBench, writePair, type Pair } from './bench.js';
import { describeTransactional } from './servers.js';

describeTransactional('MongoDB read models keep the rules of processors', (server) => {
  const bench = new ReadModelsBench(server);
  afterAll(() => bench.dispose());

  const harness: ProcessorStoreHarness<MongoTransaction> = {
    async open() {
      const place = bench.newPlace();
      const store = await bench.open(place);
      const stores = [store];
      // As `setup` has it: two transactions that would make the same collection are in each other's way.
      await bench.client.db(place.database).createCollection(`${place.collectionPrefix}orders__v2__pairs`);
      const rows = bench.raw<Pair>(place, 'orders__v2__pairs');
      return {
        store,
        write: writePair,
        read: async (key) => (await rows.findOne({ _id: key }))?.value,
        second: async () => {
          const second = await bench.another(place);
          stores.push(second);
          return second;
        },
        dispose: async () => {
          await Promise.all(stores.map((each) => each.close()));
        },
      };
    },
  };

  for (const rule of [
    ...checkpointStoreContract,
    ...leaseStoreContract,
    ...parkedSequencesContract,
    ...appliedVersionsContract,
  ]) {
    it(rule.name, () => rule.run(harness as ProcessorStoreHarness));
  }
});
