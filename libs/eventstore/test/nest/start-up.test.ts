import { Module, type DynamicModule } from '@nestjs/common';
import { CommandHandler, CqrsModule, Query, QueryHandler } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { Event, SnapshotStrategy, type EventStore } from '@varve/eventstore';
import {
  Aggregate,
  AggregateRoot,
  EventStoreModule,
  getAggregateRepositoryToken,
  When,
  type EventStoreModuleOptions,
} from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';
import { Order, PayOrder, PayOrderHandler, SalesModule } from './shop.js';

const inMemory = EventStoreModule.forRoot({ store: () => new InMemoryEventStore() });

async function start(...imports: (DynamicModule | (new () => object))[]): Promise<void> {
  const app = await Test.createTestingModule({ imports }).compile();
  try {
    await app.init();
  } finally {
    await app.close();
  }
}

const store = new InMemoryEventStore();

test.each<[option: string, options: unknown]>([
  ['store', {}],
  ['store', { store, sqlite: { file: 'log.db' } }],
  ['store', { store, mongodb: { uri: 'mongodb://localhost', database: 'shop' } }],
  ['mongodb', { sqlite: { file: 'log.db' }, mongodb: { uri: 'mongodb://localhost', database: 'shop' } }],
  ['store', { store: {} }],
  ['store', { store: 'sqlite' }],
  ['sqlite.file', { sqlite: {} }],
  ['snapshotStore', { store, snapshotStore: {} }],
  ['events', { store, events: 'order.paid' }],
  ['upcasters', { store, upcasters: {} }],
  ['dropped', { store, dropped: 'order.noise' }],
  ['publishInProcess', { store, publishInProcess: 'yes' }],
  ['sqlit', { store, sqlit: { file: 'log.db' } }],
  ['name', { store, name: '' }],
  ['name', { store, name: 7 }],
])('a wrong option is refused at once and by its name: %s in %o', (option, options) => {
  const set = () => EventStoreModule.forRoot(options as EventStoreModuleOptions);
  expect(set).toThrow(expect.objectContaining({ code: 'invalid-options', option }));
  expect(set).toThrow(new RegExp(`${option}"? of EventStoreModule`));
});

test('no options, no factory and no list of aggregates are refused as what they are', () => {
  for (const nothing of [undefined, null, 'log.db'] as never[]) {
    expect(() => EventStoreModule.forRoot(nothing)).toThrow(/options of EventStoreModule are no object/);
    expect(() => EventStoreModule.forRootAsync(nothing)).toThrow(/options of EventStoreModule are no object/);
    expect(() => EventStoreModule.forFeature(nothing)).toThrow(
      expect.objectContaining({ code: 'invalid-options', option: 'forFeature' }),
    );
  }
  expect(() => EventStoreModule.forRootAsync({} as never)).toThrow(/useFactory of EventStoreModule/);
});

test('a name that two stores have fails before either is opened', async () => {
  let opened = 0;
  const options = { name: 'archive', store: () => (opened++, new InMemoryEventStore()) };
  const starting = start(EventStoreModule.forRoot(options), EventStoreModule.forRoot(options));
  await expect(starting).rejects.toThrow(/2 times with the name "archive"/);
  expect(opened).toBe(0);
});

test('aggregates without their store are told which module is missing, and how it is written', async () => {
  const missing = (what: string) => `make sure that the argument Symbol(EventStoreModule.forRoot(${what}))`;
  await expect(start(SalesModule)).rejects.toThrow(missing('{ … }'));
  const archived = EventStoreModule.forFeature([Order], 'archive');
  await expect(start(inMemory, archived)).rejects.toThrow(missing('{ name: "archive", … }'));
});

test('a test may put its own repository in the place of one, without a store', async () => {
  const own = { load: () => undefined };
  const token = getAggregateRepositoryToken(Order);
  const testing = Test.createTestingModule({ imports: [EventStoreModule.forFeature([Order])] });
  const app = await testing.overrideProvider(token).useValue(own).compile();
  expect(app.get(token)).toBe(own);
  await app.close();
});

test('a store that cannot open says so itself, whoever uses it', async () => {
  const store = () => Promise.reject(new Error('the disk is gone'));
  await expect(start(EventStoreModule.forRoot({ store }), SalesModule)).rejects.toThrow('the disk is gone');
  await expect(start(SalesModule, EventStoreModule.forRoot({ store }))).rejects.toThrow('the disk is gone');
});

test('two aggregates of one category fail, naming both, unless their stores differ', async () => {
  @Aggregate({ category: 'order' })
  class Parcel extends AggregateRoot {}
  await expect(start(inMemory, SalesModule, EventStoreModule.forFeature([Parcel]))).rejects.toThrow(
    /Order and Parcel/,
  );
  const other = EventStoreModule.forRoot({ name: 'other', store: () => new InMemoryEventStore() });
  await start(inMemory, SalesModule, other, EventStoreModule.forFeature([Parcel], 'other'));
});

test('two classes under one event name fail, naming both', async () => {
  @Event('order.paid')
  class PaymentReceived {
    readonly cents = 0;
  }
  @Aggregate({ category: 'payment' })
  class Payment extends AggregateRoot {
    @When(PaymentReceived) received(): void {}
  }
  const starting = start(inMemory, SalesModule, EventStoreModule.forFeature([Payment]));
  await expect(starting).rejects.toThrow(/order\.paid.*OrderPaid.*PaymentReceived/);
});

test('an event that an aggregate handles by name must be registered; nothing is opened before', async () => {
  @Aggregate({ category: 'parcel' })
  class Parcel extends AggregateRoot {
    @When('parcel.sent') sent(): void {}
  }
  let opened = 0;
  const counting = EventStoreModule.forRoot({ store: () => (opened++, new InMemoryEventStore()) });
  const starting = start(counting, EventStoreModule.forFeature([Parcel]));
  await expect(starting).rejects.toMatchObject({ code: 'unknown-event-type', eventType: 'parcel.sent' });
  expect(opened).toBe(0);
});

test('an aggregate with snapshots needs a store that keeps them', async () => {
  const { append, closeStream, readStream, readAll, head, close } = InMemoryEventStore.prototype;
  const withoutSnapshots = { append, closeStream, readStream, readAll, head, close } as unknown as EventStore;
  const starting = start(EventStoreModule.forRoot({ store: withoutSnapshots }), SalesModule);
  await expect(starting).rejects.toMatchObject({ code: 'invalid-options', option: 'snapshotStore' });
});

test('snapshots need a revision and both methods', () => {
  const snapshots = SnapshotStrategy.everyEvents(10);
  class Plain extends AggregateRoot {}
  expect(() => Aggregate({ category: 'plain', snapshots })(Plain)).toThrow(/no revision/);
  expect(() => Aggregate({ category: 'plain', snapshots, revision: '1' })(Plain)).toThrow(
    /no method toSnapshot/,
  );
});

test('a class without @Aggregate and a category with a dash are refused', () => {
  class Plain extends AggregateRoot {}
  expect(() => EventStoreModule.forFeature([Plain])).toThrow(/Class Plain is no aggregate/);
  expect(() => Aggregate({ category: 'rush-order' })(Plain)).toThrow(/without "-"/);
  expect(() => Aggregate(undefined as never)(Plain)).toThrow(/options of @Aggregate of Plain are no object/);
});

test('two command handlers for one command fail, naming both and their modules', async () => {
  @CommandHandler(PayOrder)
  class PayAgainHandler {
    async execute(): Promise<void> {}
  }
  @Module({ providers: [PayAgainHandler] })
  class BillingModule {}
  const starting = start(CqrsModule.forRoot(), inMemory, SalesModule, BillingModule);
  await expect(starting).rejects.toMatchObject({ code: 'duplicate-handler' });
  await expect(start(CqrsModule.forRoot(), inMemory, SalesModule, BillingModule)).rejects.toThrow(
    /PayOrder has two handlers: (PayOrderHandler \(SalesModule\)|PayAgainHandler \(BillingModule\)) and/,
  );
});

test('one handler class in two modules is two handlers, but under an alias it is one', async () => {
  @Module({ imports: [EventStoreModule.forFeature([Order])], providers: [PayOrderHandler] })
  class BillingModule {}
  await expect(start(CqrsModule.forRoot(), inMemory, SalesModule, BillingModule)).rejects.toThrow(
    /PayOrderHandler \(\w+\) and PayOrderHandler/,
  );
  @Module({
    imports: [EventStoreModule.forFeature([Order])],
    providers: [PayOrderHandler, { provide: 'pay', useExisting: PayOrderHandler }],
  })
  class OneModule {}
  await start(CqrsModule.forRoot(), inMemory, OneModule);
});

test('two query handlers for one query fail as well', async () => {
  class GetOrder extends Query<void> {}
  @QueryHandler(GetOrder)
  class OneHandler {
    async execute(): Promise<void> {}
  }
  @QueryHandler(GetOrder)
  class OtherHandler {
    async execute(): Promise<void> {}
  }
  @Module({ providers: [OneHandler, OtherHandler] })
  class QueriesModule {}
  await expect(start(CqrsModule.forRoot(), inMemory, QueriesModule)).rejects.toThrow(
    /query GetOrder has two handlers: OneHandler \(QueriesModule\) and OtherHandler/,
  );
});

test('repositories are told apart by their class, not by its name', () => {
  const minified = (): new (id: string) => AggregateRoot => class e extends AggregateRoot {};
  const [one, other] = [minified(), minified()];
  expect(one.name).toBe(other.name);
  expect(getAggregateRepositoryToken(one)).not.toBe(getAggregateRepositoryToken(other));
  expect(getAggregateRepositoryToken(one)).toBe(getAggregateRepositoryToken(one));
  expect(getAggregateRepositoryToken(one)).not.toBe(getAggregateRepositoryToken(one, 'archive'));
});
