import { HttpLogReader } from '@varve/bus';
import type { EventStore } from '@varve/eventstore';
import {
  eventStoreContract,
  InMemoryEventStore,
  MemoryLog,
  type EventStoreHarness,
} from '@varve/eventstore/testing';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { platformNames, serve, TOKEN, type Served } from './serving.js';

const READS = new Set(['logId', 'readStream', 'readAll', 'head', 'commitAt', 'waitForCommit']);

/** A store that is written to at hand and read over HTTP. */
function readOverHttp(store: EventStore, url: string): EventStore {
  const reader = new HttpLogReader({ url, token: TOKEN, longPoll: 200 });
  return new Proxy(store, {
    get(target, key) {
      if (key === 'close') return () => reader.close().then(() => target.close());
      const from: object = READS.has(key as string) && key !== 'logId' ? reader : target;
      const value: unknown = Reflect.get(from, key, from);
      return typeof value === 'function' ? (value.bind(from) as unknown) : value;
    },
  });
}

describe.each(platformNames)('A log that is read over HTTP, on %s', (platform) => {
  const current: { store: EventStore } = { store: new InMemoryEventStore() };
  let served: Served;

  beforeAll(async () => {
    const switched = new Proxy(current.store, {
      get(_, key) {
        const value: unknown = Reflect.get(current.store, key, current.store);
        return typeof value === 'function' ? (value.bind(current.store) as unknown) : value;
      },
    });
    served = await serve(switched, platform);
  });

  afterAll(() => served.app.close());

  const harness: EventStoreHarness = {
    async open() {
      const log = new MemoryLog();
      const kept = (current.store = new InMemoryEventStore({ log }));
      const another = () => readOverHttp(new InMemoryEventStore({ log }), served.url);
      const store = another();
      return {
        store,
        reopen: async () => {
          await store.close();
          return another();
        },
        second: async () => another(),
        failNextCommit: () => log.failNextCommit(),
        dispose: async () => {
          await store.close();
          await kept.close();
        },
      };
    },
  };

  for (const rule of eventStoreContract) test(rule.name, () => rule.run(harness));
});
