import { MongoPublicationStore, type MongoPublicationStoreOptions } from '@varve/bus/mongodb';
import { MongoClient, type Collection, type Document } from 'mongodb';
import { uniqueName } from '../../../../test/services/shared.js';

export type Place = Required<Pick<MongoPublicationStoreOptions, 'uri' | 'database' | 'collectionPrefix'>>;

/** One database for all publication stores of a test file, each under a prefix of its own. */
export class PublicationBench {
  readonly client: MongoClient;
  readonly #uri: string;
  readonly #database = uniqueName('varve-publication');

  constructor({ uri }: { readonly uri: string }) {
    this.#uri = uri;
    this.client = new MongoClient(uri);
  }

  /** Where nobody has a store yet. */
  newPlace(): Place {
    return { uri: this.#uri, database: this.#database, collectionPrefix: `${uniqueName('p')}_` };
  }

  /** On the client of all tests: most of what is tested is of the store. */
  open({ database, collectionPrefix }: Place): Promise<MongoPublicationStore> {
    return MongoPublicationStore.connect({ client: this.client, database, collectionPrefix });
  }

  /** As another process has it. */
  another(place: Place, options: Partial<MongoPublicationStoreOptions> = {}): Promise<MongoPublicationStore> {
    return MongoPublicationStore.connect({ ...place, ...options });
  }

  raw<T extends Document>({ database, collectionPrefix }: Place, name: string): Collection<T> {
    return this.client.db(database).collection<T>(`${collectionPrefix}${name}`);
  }

  async dispose(): Promise<void> {
    await this.client.db(this.#database).dropDatabase();
    await this.client.close();
  }
}
