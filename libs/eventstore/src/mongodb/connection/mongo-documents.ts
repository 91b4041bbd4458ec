import { MongoOperationTimeoutError, type Collection, type Document } from 'mongodb';
import { StoreClosedError } from '../../log/errors.js';
import { isUnsent } from '../driver-errors.js';
import { clientErrors, translateError } from '../errors.js';
import { placeWithDefaults, type MongoPlace, type PlaceOptions } from '../options.js';
import { assertMajorityReads, checkPrimary } from './check-server.js';
import { deciding } from './mongo-log.js';
import { openClient, type OpenedClient } from './open-client.js';

/** For adapters: what `MongoDocuments.connect` takes, a database and either `uri` or `client`. */
export interface MongoDocumentsOptions extends MongoPlace {
  /** Told when a client that was opened here is connected anew, since it had stopped looking at a server. */
  readonly logger?: { warn(message: string): void };
}

/** What the documents are, for people, and the collection that stands for all of them. */
export interface DocumentsOf {
  /** In a message's words, such as "publication store". */
  readonly kind: string;
  /** Without the prefix. */
  readonly collection: string;
}

/**
 * A place in MongoDB for single documents beside a log, for adapters of what belongs to one: each is changed by one command, in no transaction.
 * Reads are of what a majority has, writes are acknowledged by a majority with its journals, and every error of the driver is
 * `store-unavailable`. Nothing is sent again; of a write whose answer was lost nobody knows whether it was done, so whatever is written must bear
 * that, and that it is done late.
 */
export class MongoDocuments {
  readonly #options: PlaceOptions;
  readonly #client: OpenedClient;
  readonly #kind: string;
  /** Where a person finds them: hosts, database and collection, no credentials. */
  readonly location: string;
  readonly #working = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  private constructor(options: PlaceOptions, client: OpenedClient, { kind, collection }: DocumentsOf) {
    this.#options = options;
    this.#client = client;
    this.#kind = kind;
    this.location = `${client.hosts}/${options.database}.${options.collectionPrefix}${collection}`;
  }

  /**
   * `prepare` runs when the server was found to be fit; where it fails nothing stays open.
   *
   * @throws InvalidOptionsError, StoreIncompatibleError, StoreUnavailableError
   */
  static async connect(
    options: MongoDocumentsOptions,
    of: DocumentsOf,
    prepare: (documents: MongoDocuments) => Promise<void>,
  ): Promise<MongoDocuments> {
    const place = placeWithDefaults(options);
    const client = openClient({ ...options, ...place }, clientErrors(of.kind));
    const documents = new MongoDocuments(place, client, of);
    await client.connect(documents.location, () => documents.#inTime(() => documents.#begin(of, prepare)));
    return documents;
  }

  async #begin(of: DocumentsOf, prepare: (documents: MongoDocuments) => Promise<void>): Promise<void> {
    const database = this.#client.client.db(this.#options.database);
    await checkPrimary({ database }, this.location);
    await assertMajorityReads(() => this.collection(of.collection).findOne(), this.location);
    await prepare(this);
  }

  /** Whether they are to be made where there are none. */
  get create(): boolean {
    return this.#options.create;
  }

  /** To be used inside of `run`. */
  collection<T extends Document>(name: string): Collection<T> {
    const { database, collectionPrefix, commandTimeout } = this.#options;
    return this.#client.client
      .db(database)
      .collection<T>(`${collectionPrefix}${name}`, deciding(commandTimeout));
  }

  /** @throws StoreUnavailableError also when it takes longer than `commandTimeout`, StoreClosedError */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new StoreClosedError();
    const working = this.#inTime(work);
    this.#working.add(working);
    try {
      return await working;
    } catch (error) {
      throw this.#translated(error);
    } finally {
      this.#working.delete(working);
    }
  }

  /** Finishes what is under way, and closes the client if it was opened here. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#working);
    try {
      await this.#client.disconnect();
    } catch (error) {
      throw this.#translated(error);
    }
  }

  /** The driver of 7.9 knows no limit of a command (its `timeoutMS` does nothing). */
  async #inTime<T>(work: () => Promise<T>): Promise<T> {
    const { commandTimeout } = this.#options;
    const tooLate = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      tooLate.reject(new MongoOperationTimeoutError(`It took more than ${commandTimeout} ms.`));
    }, commandTimeout);
    try {
      return await Promise.race([work(), tooLate.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #translated(error: unknown): Error {
    const written = isUnsent(error) ? 'not-written' : 'unknown';
    return translateError(error, this.location, { kind: this.#kind, written });
  }
}
