import { Injectable, Logger, Module, type LoggerService } from '@nestjs/common';
import { CqrsModule, EventsHandler, Saga, type IEventHandler, type IEventPublisher } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import type { AggregateRepository } from '@varve/eventstore';
import { EventStoreModule, getAggregateRepositoryToken } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { map, type Observable } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { Order, OrderPaid, OrderPlaced, PayOrder, SalesModule } from './shop.js';

@EventsHandler(OrderPlaced, OrderPaid)
class Journal implements IEventHandler<OrderPlaced | OrderPaid> {
  readonly seen: (OrderPlaced | OrderPaid)[] = [];

  handle(event: OrderPlaced | OrderPaid): void {
    this.seen.push(event);
  }
}

@Injectable()
class PaysAtOnce {
  @Saga()
  readonly pay = (events: Observable<unknown>): Observable<PayOrder | undefined> =>
    events.pipe(
      map((event) => (event instanceof OrderPlaced ? new PayOrder(event.orderId, event.cents) : undefined)),
    );
}

@Module({ imports: [SalesModule], providers: [Journal, PaysAtOnce] })
class ListenersModule {}

const store = () => new InMemoryEventStore();

async function start(publisher?: IEventPublisher, logger: LoggerService | false = false) {
  const app = await Test.createTestingModule({
    imports: [
      CqrsModule.forRoot(publisher ? { eventPublisher: publisher } : {}),
      EventStoreModule.forRoot({ store }),
      ListenersModule,
    ],
  })
    .setLogger(logger || new Silent())
    .compile();
  await app.init();
  const orders = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order));
  return { app, orders, journal: app.get(Journal) };
}

class Silent implements LoggerService {
  readonly errors: string[] = [];
  log(): void {}
  warn(): void {}
  debug(): void {}
  error(message: unknown): void {
    this.errors.push(String(message));
  }
}

afterEach(() => Logger.overrideLogger(['error', 'warn', 'log']));

test('handlers get recorded events as instances of their classes, in order, free to be marked', async () => {
  const { app, orders, journal } = await start();
  const order = orders.create('1');
  order.place(500);
  order.note('plain events have no class to subscribe to');
  order.pay(200);
  const applied = order.getUncommittedEvents()[0];
  await order.commit();
  expect(journal.seen.slice(0, 2)).toEqual([new OrderPlaced('1', 500), new OrderPaid(200)]);
  expect(journal.seen[0]).toBeInstanceOf(OrderPlaced);
  expect(journal.seen[0]).not.toBe(applied);
  expect(journal.seen.some((event) => Object.isFrozen(event))).toBe(false);
  await app.close();
});

test('a saga’s command is executed', async () => {
  const { app, orders, journal } = await start();
  const order = orders.create('1');
  order.place(500);
  await order.commit();
  await until(() => journal.seen.length === 2);
  expect(await orders.load('1')).toMatchObject({ paid: 500 });
  await app.close();
});

test('nothing is published when the append fails', async () => {
  const { app, orders, journal } = await start();
  const [one, other] = [orders.create('1'), orders.create('1')];
  one.place(1);
  other.place(2);
  await one.commit();
  await expect(other.commit()).rejects.toThrow();
  expect(journal.seen.filter((event) => event instanceof OrderPlaced)).toEqual([new OrderPlaced('1', 1)]);
  await app.close();
});

test.each<[string, IEventPublisher]>([
  ['throws', { publish: () => thrown(), publishAll: () => thrown() }],
  [
    'rejects',
    {
      publish: () => Promise.reject(new Error('broken')),
      publishAll: () => Promise.reject(new Error('broken')),
    },
  ],
  ['rejects for one event of several', { publish: () => Promise.reject(new Error('broken')) }],
])(
  'a publisher that %s is reported through Nest’s logger, and the save resolves',
  async (_how, publisher) => {
    const logger = new Silent();
    const { app, orders } = await start(publisher, logger);
    const order = orders.create('1');
    order.place(500);
    expect(await orders.save(order)).toMatchObject({ outcome: 'appended' });
    expect(order.getUncommittedEvents()).toEqual([]);
    await until(() => logger.errors.some((error) => error.includes('order-1')));
    await app.close();
  },
);

test('a handler that throws fails no save and stays subscribed', async () => {
  const { app, orders, journal } = await start(undefined, new Silent());
  journal.handle = function (event) {
    this.seen.push(event);
    throw new Error('broken');
  };
  for (const id of ['1', '2']) {
    const order = orders.create(id);
    order.place(0);
    await order.commit();
  }
  await until(() => journal.seen.filter((event) => event instanceof OrderPlaced).length === 2);
  await app.close();
});

test('an app that imports CqrsModule in a feature module only is found as well', async () => {
  @Module({ imports: [CqrsModule, SalesModule], providers: [Journal] })
  class FeatureModule {}
  const app = await Test.createTestingModule({
    imports: [EventStoreModule.forRoot({ store }), FeatureModule],
  }).compile();
  await app.init();
  const order = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order)).create('1');
  order.place(1);
  await order.commit();
  expect(app.get(Journal).seen).toHaveLength(1);
  await app.close();
});

test('publishInProcess: false keeps events off the bus', async () => {
  const app = await Test.createTestingModule({
    imports: [
      CqrsModule.forRoot(),
      EventStoreModule.forRoot({ store, publishInProcess: false }),
      ListenersModule,
    ],
  }).compile();
  await app.init();
  const order = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order)).create('1');
  order.place(1);
  await order.commit();
  expect(app.get(Journal).seen).toEqual([]);
  await app.close();
});

function thrown(): never {
  throw new Error('broken');
}
