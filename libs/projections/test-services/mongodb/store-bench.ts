import type { MongoPlace } from '@varve/projections/mongodb';
import { MongoClient } from 'mongodb';
import { uniqueName } from '../../../../test/services/shared.js';

export interface Place {
  readonly database: string;
  readonly collectionPrefix: string;
}

/** One database for all read models of a test file, in whichever mode, each under a prefix of its own. */
export abstract class StoreBench<Store extends { close(): Promise<void> }> {
  readonly client: MongoClient;
  readonly database: string;
  readonly #opened: Store[] = [];

  constructor(
    readonly server: { readonly uri: string },
    databasePrefix: string,
  ) {
    this.client = new MongoClient(server.uri);
    this.database = uniqueName(databasePrefix);
  }

  protected abstract connect(options: MongoPlace): Promise<Store>;

  newPlace(): Place {
    return { database: this.database, collectionPrefix: `${uniqueName('rm')}_` };
  }

  async open(place: Place = this.newPlace(), options: Partial<MongoPlace> = {}): Promise<Store> {
    const where = options.uri === undefined ? { client: this.client } : {};
    const store = await this.connect({ ...where, ...place, ...options });
    this.#opened.push(store);
    return store;
  }

  /** One more on the same place, as another process has it. */
  another(place: Place, options: Partial<MongoPlace> = {}): Promise<Store> {
    return this.open(place, { uri: this.server.uri, ...options });
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
