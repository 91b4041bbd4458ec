import type { ClientSession, Collection, Db, Document } from 'mongodb';
import type { VersionId } from '../../index.js';
import { rowCollection } from '../connection/row-collection.js';
import { boundCollection } from '../transaction/bound-collection.js';
import type { OpenTransaction } from '../transaction/open-transaction.js';
import { physicalName } from './names.js';

export interface QueryParts {
  readonly database: Db;
  readonly open: OpenTransaction;
  readonly prefix: string;
  /** Milliseconds. */
  readonly commandTimeout: number;
}

/** Reads the live version's rows: everything read through it is of one moment and of one version. */
export class MongoQuery {
  readonly #parts: QueryParts;

  /** Made by `MongoReadModels.query`. */
  constructor(
    /** Which version is read: during a deploy, instances of the old code read the new version once it is live. */
    readonly version: VersionId,
    parts: QueryParts,
  ) {
    this.#parts = parts;
  }

  get session(): ClientSession {
    return this.#parts.open.session;
  }

  /** The driver's own collection, for `find`, `findOne`, `aggregate`, `countDocuments` and `distinct`. */
  collection<Row extends Document = Document>(name: string): Collection<Row> {
    const { database, open, commandTimeout } = this.#parts;
    return boundCollection(rowCollection<Row>(database, this.physicalName(name)), {
      operations: open.operations,
      session: open.session,
      timeoutMS: commandTimeout,
      allows: 'reads',
    });
  }

  /** The physical name of a collection, for `$lookup` and the like. */
  physicalName(name: string): string {
    return physicalName(name, this.#parts.prefix);
  }
}
