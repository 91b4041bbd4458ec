import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { EVENT_TYPE, payload, type Measured } from '../payload.ts';

const HOME = join(import.meta.dirname, 'event-nest');
/** By its path: the package exports a module of Nest alone. */
const STORE = join(HOME, 'node_modules/@event-nest/mongodb/src/lib/storage/mongo-event-store.js');

interface StoredEvent {
  readonly aggregateRootVersion: number;
}

export interface EventNestStore {
  generateEntityId(): Promise<string>;
  save(events: readonly StoredEvent[], aggregate: object): Promise<unknown>;
  findByAggregateRootId(of: object, id: string): Promise<readonly StoredEvent[]>;
}

interface AggregateRoot {
  readonly version: number;
  reconstitute(events: readonly StoredEvent[]): void;
}

interface Core {
  readonly AggregateRoot: new (id: string) => AggregateRoot;
  readonly NoOpSnapshotStore: new () => object;
  readonly StoredAggregateRoot: new (id: string, version: number) => object;
  readonly StoredEvent: {
    fromPublishedEvent(id: string, aggregate: string, name: string, event: object, at: Date): StoredEvent;
  };
  AggregateRootConfig(options: { name: string }): (of: object) => void;
  ApplyEvent(event: object): (of: object, method: string) => void;
  DomainEvent(name: string): (of: object) => void;
}

interface Client {
  db(name: string): unknown;
  startSession(): unknown;
  connect(): Promise<unknown>;
  close(): Promise<void>;
}

/** A peer, from its npm package, which stays out of the workspace. Its store and its aggregates, used as its guide does. */
export class EventNest {
  readonly store: EventNestStore;
  readonly #core: Core;
  readonly #client: Client;
  readonly #classes: Classes;

  private constructor(core: Core, store: EventNestStore, client: Client) {
    this.#core = core;
    this.store = store;
    this.#client = client;
    // Names of events are registered for the whole process.
    this.#classes = registered ??= classesWith(core);
  }

  /** Confirmed and read as Varve's log is; with the index that it leaves to its users. */
  static async open(address: { readonly uri: string; readonly database: string }): Promise<EventNest> {
    const load = library();
    const { MongoClient } = load('mongodb') as { MongoClient: new (uri: string, options: object) => Client };
    const client = new MongoClient(address.uri, {
      readConcern: { level: 'majority' },
      writeConcern: { w: 'majority', journal: true },
    });
    await client.connect();
    const core = load('@event-nest/core') as Core;
    const { MongoEventStore } = load(STORE) as {
      MongoEventStore: new (...parts: unknown[]) => EventNestStore;
    };
    const database = client.db(address.database) as {
      createCollection(name: string): Promise<unknown>;
      createIndex(collection: string, keys: object, options?: object): Promise<unknown>;
    };
    // Both made before the first transaction: 64 at once would wait for each other.
    await database.createCollection('aggregates');
    await database.createIndex('events', { aggregateRootId: 1, aggregateRootVersion: 1 }, { unique: true });
    // Its store takes the database of the connection string; where that has none, of the client that it is given.
    const ofDatabase = { db: () => database, startSession: () => client.startSession() };
    const store = new MongoEventStore({}, new core.NoOpSnapshotStore(), ofDatabase, 'aggregates', 'events');
    return new EventNest(core, store, client);
  }

  async append(id: string, version: number, sequences: readonly number[]): Promise<void> {
    const events: StoredEvent[] = [];
    for (const sequence of sequences) {
      const event = new this.#classes.Measured(payload(sequence));
      const eventId = await this.store.generateEntityId();
      events.push(this.#core.StoredEvent.fromPublishedEvent(eventId, id, 'total', event, new Date()));
    }
    await this.store.save(events, new this.#core.StoredAggregateRoot(id, version));
  }

  async load(id: string): Promise<{ readonly version: number; readonly cents: number }> {
    const total = new this.#classes.Total(id);
    total.reconstitute(await this.store.findByAggregateRootId(this.#classes.Total, id));
    return total;
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

function library(): NodeJS.Require {
  if (!existsSync(join(HOME, 'node_modules', '@event-nest', 'mongodb'))) {
    process.stderr.write('installing event-nest, once\n');
    execFileSync('npm', ['ci', '--no-audit', '--prefix', HOME], { stdio: 'inherit' });
  }
  const load = createRequire(join(HOME, 'package.json'));
  load('reflect-metadata');
  const { Logger } = load('@nestjs/common') as { Logger: { overrideLogger(to: false): void } };
  Logger.overrideLogger(false);
  return load;
}

interface Classes {
  readonly Measured: new (data: Measured) => object;
  readonly Total: new (id: string) => AggregateRoot & { readonly cents: number };
}

let registered: Classes | undefined;

function classesWith({ AggregateRoot: Root, AggregateRootConfig, ApplyEvent, DomainEvent }: Core): Classes {
  class MeasuredEvent {
    constructor(data: Measured) {
      Object.assign(this, data);
    }
  }
  class Total extends Root {
    cents = 0;

    add({ amountCents }: Measured): void {
      this.cents += amountCents;
    }
  }
  DomainEvent(EVENT_TYPE)(MeasuredEvent);
  ApplyEvent(MeasuredEvent)(Total.prototype, 'add');
  AggregateRootConfig({ name: 'total' })(Total);
  return { Measured: MeasuredEvent, Total };
}
