import type { Db, Document } from 'mongodb';
import { CommitWriter } from '../../src/mongodb/append/commit-writer.js';
import { openLog } from '../../src/mongodb/connection/connect.js';
import { MongoEventStore, type MongoEventStoreOptions } from '../../src/mongodb/index.js';
import type { StoreParts } from '../../src/mongodb/mongo-event-store.js';
import { withDefaults } from '../../src/mongodb/options.js';
import { LogReading } from '../../src/mongodb/read/read-all.js';

/** An insert of commits or fences, as it would go to the server. */
export interface InsertCommand {
  readonly documents: readonly Document[];
  /** To the server and back. */
  send(): Promise<Document>;
}

/** What happens to an insert in place of being sent; its answer is what the store gets. */
export type Fault = (command: InsertCommand) => Promise<Document>;

/** A store on a real server, some of whose inserts meet with a fault on the way. */
export class FaultyStore extends MongoEventStore {
  /** For the inserts to come, one each. */
  readonly faults: Fault[] = [];
  /** Every insert that was tried, by the ids of its documents. */
  readonly inserts: (readonly unknown[])[] = [];

  static override async connect(
    options: MongoEventStoreOptions,
    parts: Partial<StoreParts> = {},
  ): Promise<FaultyStore> {
    const complete = withDefaults(options);
    const { log, disconnect } = await openLog(complete);
    const through: { store?: FaultyStore } = {};
    const database = intercepted(log.database, (command) => through.store!.#insert(command));
    const whole = { Writer: CommitWriter, Reading: LogReading, ...parts };
    through.store = new FaultyStore({ log: { ...log, database }, disconnect }, complete, whole);
    return through.store;
  }

  /** The server's disk is full at the next insert. */
  failNextCommit(): void {
    this.faults.push(() =>
      Promise.resolve({ ok: 1, n: 0, writeErrors: [{ index: 0, code: 14_031, errmsg: 'disk full' }] }),
    );
  }

  async #insert(command: InsertCommand): Promise<Document> {
    this.inserts.push(command.documents.map(({ _id }) => _id as unknown));
    const fault = this.faults.shift();
    return fault ? fault(command) : command.send();
  }
}

function intercepted(database: Db, insert: (command: InsertCommand) => Promise<Document>): Db {
  const command: Db['command'] = (document, options) => {
    const send = (): Promise<Document> => database.command(document, options);
    if (!('insert' in document)) return send();
    return insert({ documents: document['documents'] as Document[], send });
  };
  return new Proxy(database, {
    get: (target, property) => {
      if (property === 'command') return command;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === 'function'
        ? (value as (...parameters: unknown[]) => unknown).bind(target)
        : value;
    },
  });
}
