import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { DiscoveryService } from '@nestjs/core';
import { CommandBus, CqrsModule, EventBus } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import type { AggregateRepository, EventRegistry, EventStore } from '@varve/eventstore';
import {
  EventStoreModule,
  getAggregateRepositoryToken,
  getEventRegistryToken,
  getEventStoreToken,
} from '@varve/eventstore/nest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { Checkout, Order, OrderPaid, PayOrder, SalesModule } from './shop.js';

const inMemory = { store: () => new InMemoryEventStore() };

async function start(...imports: (DynamicModule | (new () => object))[]) {
  const app = await Test.createTestingModule({ imports }).compile();
  await app.init();
  return app;
}

test('the embedded store is opened from its options, and closed with the app', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const app = await start(
    EventStoreModule.forRoot({ sqlite: { file } }),
    EventStoreModule.forFeature([Order]),
  );
  const store = app.get<SqliteEventStore>(getEventStoreToken());
  const order = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order)).create('1');
  order.place(100);
  await order.commit();
  await app.close();
  await expect(store.head()).rejects.toMatchObject({ code: 'store-closed' });

  const reopened = await SqliteEventStore.open({ file });
  expect(await reopened.head()).toBe(1);
  await reopened.close();
});

test('a store that was opened elsewhere is closed there', async () => {
  const store = new InMemoryEventStore();
  const app = await start(EventStoreModule.forRoot({ store }));
  await app.close();
  expect(await store.head()).toBe(0);
});

test('several named stores live in one app, each with its repositories', async () => {
  const app = await start(
    EventStoreModule.forRoot(inMemory),
    EventStoreModule.forRoot({ name: 'archive', ...inMemory }),
    EventStoreModule.forFeature([Order]),
    EventStoreModule.forFeature([Order], 'archive'),
  );
  const here = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order));
  const there = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order, 'archive'));
  const order = there.create('1');
  order.place(7);
  await order.commit();
  expect(await here.find('1')).toBeUndefined();
  expect(await there.find('1')).toMatchObject({ total: 7 });
  expect(await app.get<EventStore>(getEventStoreToken()).head()).toBe(0);
  await app.close();
});

test('the same aggregate in two modules is one repository', async () => {
  @Module({ imports: [EventStoreModule.forFeature([Order])], providers: [Checkout] })
  class BillingModule {}
  const app = await start(EventStoreModule.forRoot(inMemory), SalesModule, BillingModule);
  const sales = app.select(SalesModule).get(Checkout, { strict: true });
  const billing = app.select(BillingModule).get(Checkout, { strict: true });
  expect(sales).not.toBe(billing);
  expect(sales.orders).toBe(billing.orders);
  await app.close();
});

test('the order in which modules are imported does not matter', async () => {
  const app = await start(EventStoreModule.forFeature([Order]), EventStoreModule.forRoot(inMemory));
  expect(app.get<EventRegistry>(getEventRegistryToken()).types).toEqual([
    'order.placed',
    'order.paid',
    'order.noted',
  ]);
  await app.close();
});

test('a test replaces the store by its token, and the file is never opened', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const store = new InMemoryEventStore();
  const app = await Test.createTestingModule({
    imports: [EventStoreModule.forRoot({ sqlite: { file } }), SalesModule],
  })
    .overrideProvider(getEventStoreToken())
    .useValue(store)
    .compile();
  await app.init();
  await app.get(Checkout).place('1', 5);
  await app.close();
  expect(await store.head()).toBe(1);
  expect(existsSync(file)).toBe(false);
});

test('options come from ConfigModule', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const config = ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ log: { file } })] });
  const app = await start(
    EventStoreModule.forRootAsync({
      imports: [config],
      inject: [ConfigService],
      useFactory: (values: ConfigService) => ({ sqlite: { file: values.getOrThrow<string>('log.file') } }),
    }),
  );
  expect(existsSync(file)).toBe(true);
  await app.close();
});

test('options from a factory are checked as well', async () => {
  const starting = start(EventStoreModule.forRootAsync({ useFactory: () => ({ sqlite: { file: '' } }) }));
  await expect(starting).rejects.toMatchObject({ code: 'invalid-options', option: 'file' });
});

test('no provider of the module is request-scoped, so that nothing that uses it becomes so', async () => {
  const app = await start(
    CqrsModule.forRoot(),
    EventStoreModule.forRoot(inMemory),
    EventStoreModule.forFeature([Order]),
  );
  const providers = app
    .get(DiscoveryService, { strict: false })
    .getProviders()
    .filter((provider) => provider.host?.name.startsWith('EventStore'));
  expect(providers.length).toBeGreaterThan(8);
  expect(providers.every((provider) => provider.isDependencyTreeStatic())).toBe(true);
  await app.close();
});

test('an app without CqrsModule has aggregates all the same', async () => {
  const app = await start(EventStoreModule.forRoot(inMemory), EventStoreModule.forFeature([Order]));
  const order = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order)).create('1');
  order.place(1);
  await order.commit();
  expect(() => app.get(EventBus, { strict: false })).toThrow();
  await app.close();
});

test('commands reach the aggregate through the app’s own CommandBus, and the retry of one gets its first result', async () => {
  const app = await start(CqrsModule.forRoot(), EventStoreModule.forRoot(inMemory), SalesModule);
  await app.get(Checkout).place('1', 100);
  const bus = app.get(CommandBus);
  const first = await bus.execute(new PayOrder('1', 100, 'pay-1'));
  expect(first.outcome).toBe('appended');
  expect(await bus.execute(new PayOrder('1', 100, 'pay-1'))).toEqual({ ...first, outcome: 'repeated' });
  const again = bus.execute(new PayOrder('1', 100, 'pay-2'));
  await expect(again).rejects.toMatchObject({ code: 'domain-rule-violated' });
  await app.close();
});

test('an aggregate’s events need no other registration, and are instances of their classes', async () => {
  const app = await start(EventStoreModule.forRoot(inMemory), EventStoreModule.forFeature([Order]));
  const registry = app.get<EventRegistry>(getEventRegistryToken());
  expect(registry.find('order.paid')?.source).toBe(OrderPaid);
  await app.close();
});
