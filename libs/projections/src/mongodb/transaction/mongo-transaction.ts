import type { ClientSession, Collection, CreateCollectionOptions, Db, Document } from 'mongodb';
import { InvalidProjectionOptionsError } from '../../index.js';
import { rowCollection } from '../connection/row-collection.js';
import { createCollection } from '../versions/create-collection.js';
import { physicalName } from '../versions/names.js';
import { boundCollection } from './bound-collection.js';
import type { OpenTransaction } from './open-transaction.js';

export interface TransactionParts {
  readonly database: Db;
  readonly open: OpenTransaction;
  /** What the version's collections begin with; nothing for a reactor. */
  readonly prefix: string | undefined;
  /** Milliseconds. */
  readonly commandTimeout: number;
  readonly isSetup?: boolean;
}

/**
 * A handler's transaction. `tx.collection('orders')` is the driver's own collection, with the physical name of the version, so that two
 * versions live beside each other, and with the session in every call. A handler may be run again when others were in the way: it has
 * effects on its rows only. Its first error ends the transaction, so to catch one does not help.
 */
export class MongoTransaction {
  readonly #parts: TransactionParts;

  /** Made by `MongoReadModels`. */
  constructor(parts: TransactionParts) {
    this.#parts = parts;
  }

  /** The driver's own session, for what `collection` does not do. Leave its transaction to Varve. */
  get session(): ClientSession {
    return this.#parts.open.session;
  }

  collection<Row extends Document = Document>(name: string): Collection<Row> {
    const { database, open, commandTimeout, isSetup = false } = this.#parts;
    return boundCollection(rowCollection<Row>(database, this.physicalName(name)), {
      operations: open.operations,
      session: open.session,
      timeoutMS: commandTimeout,
      allows: isSetup ? 'setup' : 'writes',
    });
  }

  /**
   * Makes a collection of the version, in `setup` only, before any rows. Like an index, it is made beside the transaction, which MongoDB
   * demands; what a `setup` that fails has made is dropped.
   */
  createCollection(name: string, options: CreateCollectionOptions = {}): Promise<void> {
    const { database, open, isSetup } = this.#parts;
    if (!isSetup) {
      throw new InvalidProjectionOptionsError(
        'tx',
        `Collection "${name}" cannot be made in a handler's transaction. Make it in \`setup\`.`,
      );
    }
    const physical = this.physicalName(name);
    return open.operations.runBefore('createCollection', () => createCollection(database, physical, options));
  }

  /** The physical name of a collection, for `$lookup` and the like. */
  physicalName(name: string): string {
    return physicalName(name, this.#parts.prefix);
  }
}
