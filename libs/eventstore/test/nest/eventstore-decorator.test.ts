import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { AggregateRepository, EventStore } from '@varve/eventstore';
import {
  EventStoreModule,
  getAggregateRepositoryToken,
  getEventStoreDecoratorToken,
  getEventStoreToken,
  type EventStoreDecorator,
  type EventStoreModuleOptions,
} from '@varve/eventstore/nest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { Order } from './shop.js';

@Module({})
class CountingModule {}

/** Passes everything on, counts the appends, and says when it is closed. */
class CountingDecorator implements EventStoreDecorator {
  readonly seen: string[] = [];

  decorate(store: EventStore): EventStore {
    const own = {
      append: (...given: Parameters<EventStore['append']>) => {
        this.seen.push(`append to ${given[0]}`);
        return store.append(...given);
      },
      close: () => {
        this.seen.push('close');
        return store.close();
      },
    };
    return new Proxy(store, {
      get: (target, key) => {
        if (Object.hasOwn(own, key)) return own[key as keyof typeof own];
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }
}

function providing(decorator: EventStoreDecorator, storeName?: string): DynamicModule {
  const token = getEventStoreDecoratorToken(storeName);
  const providers = [{ provide: token, useValue: decorator }];
  return { module: CountingModule, global: true, providers, exports: [token] };
}

async function appWith(decorator: EventStoreDecorator, options: EventStoreModuleOptions) {
  const imports = [
    EventStoreModule.forRoot(options),
    EventStoreModule.forFeature([Order]),
    providing(decorator),
  ];
  const app = await Test.createTestingModule({ imports }).compile();
  return app.init();
}

test('what stands between the store and its users sees the appends of aggregates, and closes it', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const decorator = new CountingDecorator();
  const app = await appWith(decorator, { sqlite: { file } });
  const order = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order)).create('1');
  order.place(100);
  await order.commit();
  const store = app.get<SqliteEventStore>(getEventStoreToken());
  expect(await store.verify()).toMatchObject({ commits: 1, problems: [] });
  await app.close();
  expect(decorator.seen).toEqual(['append to order-1', 'close']);
  await expect(store.head()).rejects.toMatchObject({ code: 'store-closed' });
});

test('a store that was opened elsewhere is changed for its users alike, and left open', async () => {
  const decorator = new CountingDecorator();
  const store = new InMemoryEventStore();
  const app = await appWith(decorator, { store });
  await app.get<EventStore>(getEventStoreToken()).append('order-1', 'any', [{ type: 'noted', data: 1 }]);
  await app.close();
  expect(decorator.seen).toEqual(['append to order-1']);
  expect(await store.head()).toBe(1);
});

test('it is for the store of its name alone', async () => {
  const decorator = new CountingDecorator();
  const imports = [
    EventStoreModule.forRoot({ store: () => new InMemoryEventStore() }),
    EventStoreModule.forRoot({ name: 'archive', store: () => new InMemoryEventStore() }),
    providing(decorator, 'archive'),
  ];
  const app = await Test.createTestingModule({ imports }).compile();
  for (const name of [undefined, 'archive'])
    await app
      .get<EventStore>(getEventStoreToken(name))
      .append(`order-${name ?? 'here'}`, 'any', [{ type: 'noted', data: 1 }]);
  expect(decorator.seen).toEqual(['append to order-archive']);
  await app.close();
});

test('one that refuses the store fails the start, and the store is closed again', async () => {
  let closed = false;
  const store = () =>
    Object.assign(new InMemoryEventStore(), {
      close: async () => {
        closed = true;
      },
    });
  const refusing = { decorate: () => Promise.reject(new Error('not with this store')) };
  await expect(appWith(refusing, { store })).rejects.toThrow('not with this store');
  expect(closed).toBe(true);
});
