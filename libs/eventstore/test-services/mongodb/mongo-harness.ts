import { MongoClient } from 'mongodb';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import type { OpenedEventStore } from '@varve/eventstore/testing';
import type { MongoTestServer } from '../../../../test/services/mongodb/index.js';
import { uniqueName } from '../../../../test/services/shared.js';
import type { StoreParts } from '../../src/mongodb/mongodb-event-store.js';
import type { MongoEventStoreOptions } from '../../src/mongodb/index.js';
import { FaultyStore } from './faulty-store.js';

/** One database for all logs of a test file, each log under a prefix of its own. */
export class MongoBench {
  readonly client: MongoClient;
  readonly database = uniqueName('varve-eventstore');

  constructor(readonly server: Pick<MongoTestServer, 'uri'>) {
    this.client = new MongoClient(server.uri);
  }

  async dispose(): Promise<void> {
    await this.client.db(this.database).dropDatabase();
    await this.client.close();
  }

  /** Options for a log that nobody has. */
  newLog(): MongoEventStoreOptions {
    return { client: this.client, database: this.database, collectionPrefix: `${uniqueName('log')}_` };
  }

  async open(
    parts?: Partial<StoreParts>,
  ): Promise<Required<OpenedEventStore> & { readonly store: FaultyStore; readonly options: MongoEventStoreOptions }> {
    const options = this.newLog();
    const store = await FaultyStore.connect(options, parts);
    const stores: MongoEventStore[] = [store];
    const another = async (): Promise<MongoEventStore> => {
      const { client: _, ...others } = options;
      const opened = await MongoEventStore.connect({ ...others, uri: this.server.uri });
      stores.push(opened);
      return opened;
    };
    return {
      options,
      store,
      second: another,
      reopen: async () => {
        await store.close();
        return another();
      },
      failNextCommit: () => store.failNextCommit(),
      dispose: async () => {
        await Promise.all(stores.map((one) => one.close()));
      },
    };
  }
}
