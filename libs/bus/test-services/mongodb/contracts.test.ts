import type { MongoPublicationStore, PublicationStep } from '@varve/bus/mongodb';
import {
  confirmationsContract,
  instanceReportsContract,
  type ConfirmationsHarness,
  type InstanceReportsHarness,
} from '@varve/bus/testing';
import type { ProcessorStore } from '@varve/eventstore';
import {
  checkpointStoreContract,
  leaseStoreContract,
  type ProcessorStoreHarness,
} from '@varve/eventstore/testing';
import { afterAll, describe } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { enrol } from '../../../../test/support/enrol.js';
import { PublicationBench } from './bench.js';

interface Noting {
  readonly _id: string;
  readonly notes?: Readonly<Record<string, string>>;
}

/** A publication store parks nothing, and these contracts ask for nothing of the kind. */
function asProcessorStore(store: MongoPublicationStore): ProcessorStore<PublicationStep> {
  return store as unknown as ProcessorStore<PublicationStep>;
}

describe.each(await mongoServers())('MongoPublicationStore on $name keeps the rules', (server) => {
  const bench = new PublicationBench(server);
  afterAll(() => bench.dispose());

  async function opened() {
    const place = bench.newPlace();
    const stores: MongoPublicationStore[] = [];
    const kept = async (opening: Promise<MongoPublicationStore>): Promise<MongoPublicationStore> => {
      const store = await opening;
      stores.push(store);
      return store;
    };
    return {
      place,
      store: await kept(bench.open(place)),
      second: () => kept(bench.another(place)),
      dispose: async () => {
        await Promise.all(stores.map((store) => store.close()));
      },
    };
  }

  const processors: ProcessorStoreHarness<PublicationStep> = {
    async open() {
      const { place, store, second, dispose } = await opened();
      const relays = bench.raw<Noting>(place, 'relays');
      return {
        store: asProcessorStore(store),
        write: (step, key, value) => step.note(key, value),
        read: async (key) => (await relays.findOne({ _id: 'orders@2' }))?.notes?.[key],
        second: async () => asProcessorStore(await second()),
        dispose,
      };
    },
  };
  const publication: ConfirmationsHarness & InstanceReportsHarness = { open: opened };

  enrol('of checkpoints', checkpointStoreContract, processors as ProcessorStoreHarness);
  enrol('of leases', leaseStoreContract, processors as ProcessorStoreHarness);
  enrol('of confirmations', confirmationsContract, publication);
  enrol('of reports of instances', instanceReportsContract, publication);
});
