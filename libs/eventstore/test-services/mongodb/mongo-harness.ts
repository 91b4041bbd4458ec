import { MongoClient } from 'mongodb';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import type { OpenedEventStore } from '@varve/eventstore/testing';
import type { MongoTestServer } from '../../../../test/services/mongodb/index.js';
import { uniqueName } from '../../../../test/services/shared.js';
import type { MongoEventStoreOptions } from '../../src/mongodb/index.js';
import type { StoreParts } from '../../src/mongodb/mongo-event-store.js';
import { FaultyStore } from './faulty-store.js';

/** One database for all logs of a test file, each log under a prefix of its own. */
export class MongoBench {
  readonly client: MongoClient;
  readonly database = uniqueName('varve-eventstore');

  constructor(readonly server: Pick<MongoTestServer, 'uri'>) {
    this.client = new MongoClient(server.uri);
  }

  async dispose(): Promise<void> {
    // mongo-java-server 1.47 keeps a database one of whose indexes was dropped before.
    await this.client
      .db(this.database)
      .dropDatabase()
      .catch(() => undefined);
    await this.client.close();
  }

  /** Options for a log that nobody has. */
  newLog(): MongoEventStoreOptions {
    return { client: this.client, database: this.database, collectionPrefix: `${uniqueName('log')}_` };
  }

  async open(parts?: Partial<StoreParts>): Promise<OpenedMongoStore> {
    const options = this.newLog();
    const stores: MongoEventStore[] = [];
    const join = async (): Promise<FaultyStore> => {
      const opened = await FaultyStore.connect(options, parts);
      stores.push(opened);
      return opened;
    };
    const another = async (): Promise<MongoEventStore> => {
      const { client: _, ...others } = options;
      const opened = await MongoEventStore.connect({ ...others, uri: this.server.uri });
      stores.push(opened);
      return opened;
    };
    const store = await join();
    return {
      options,
      store,
      join,
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

export interface OpenedMongoStore extends Required<OpenedEventStore> {
  readonly options: MongoEventStoreOptions;
  readonly store: FaultyStore;
  second(): Promise<MongoEventStore>;
  reopen(): Promise<MongoEventStore>;
  /** One more on the same log, of the same parts. */
  join(): Promise<FaultyStore>;
}
