import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { InvalidOptionsError } from '../../log/errors.js';
import { missingDriver } from '../../log/missing-driver.js';
import type { EventStore } from '../../log/event-store.js';
import type { EventStoreDecorator } from './eventstore-decorator.js';
import type { EventStoreOptions } from './eventstore-options.js';
import { reportUnclosed } from '../shutdown.js';

/** Opens a store when it is asked for (a test that replaces the store never asks) and closes what it has opened. */
export class StoreLifetime implements OnApplicationShutdown {
  readonly #logger = new Logger('EventStoreModule');
  readonly #users: (() => Promise<void>)[] = [];
  #opened: EventStore | undefined;

  constructor(
    private readonly storeName: string,
    private readonly options: EventStoreOptions,
  ) {}

  async open(decorator?: EventStoreDecorator): Promise<EventStore> {
    const { store } = this.options;
    if (store && typeof store !== 'function') return decorator ? decorator.decorate(store) : store;
    this.#opened = await (store ? store() : openAsTold(this.options));
    if (!decorator) return this.#opened;
    try {
      this.#opened = await decorator.decorate(this.#opened);
    } catch (error) {
      // Start-up fails, and Nest calls no shutdown hook of an app that it could not put together.
      await this.#opened.close();
      throw error;
    }
    return this.#opened;
  }

  /** What is still at work on the store when nobody waits for it, such as a snapshot that is being written. */
  waitBeforeClosing(idle: () => Promise<void>): void {
    this.#users.push(idle);
  }

  /** After the HTTP server has drained: requests in flight still append until then. */
  async onApplicationShutdown(): Promise<void> {
    try {
      await Promise.allSettled(this.#users.map((idle) => idle()));
      await this.#opened?.close();
    } catch (error) {
      reportUnclosed(this.#logger, `The event store "${this.storeName}"`, error);
    }
  }
}

function openAsTold({ sqlite, mongodb }: EventStoreOptions): Promise<EventStore> {
  return mongodb ? connectMongo(mongodb) : openSqlite(sqlite);
}

async function openSqlite(options: EventStoreOptions['sqlite']): Promise<EventStore> {
  if (!options) throw new InvalidOptionsError('sqlite', 'Option sqlite of EventStoreModule is missing.');
  const { SqliteEventStore } = await import('../../sqlite/index.js').catch(
    missing('sqlite', 'better-sqlite3'),
  );
  return SqliteEventStore.open({ logger: new Logger('SqliteEventStore'), ...options });
}

async function connectMongo(options: NonNullable<EventStoreOptions['mongodb']>): Promise<EventStore> {
  const { MongoEventStore } = await import('../../mongodb/index.js').catch(missing('mongodb', 'mongodb'));
  return MongoEventStore.connect({ logger: new Logger('MongoEventStore'), ...options });
}

function missing(option: string, driver: string): (error: unknown) => never {
  const what = `Option ${option} of EventStoreModule`;
  return missingDriver(driver, (needs) => new InvalidOptionsError(option, `${what} ${needs}`));
}
