import { CqrsModule, EventBus, EventPublisher } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { Event, type AggregateRepository } from '@varve/eventstore';
import {
  Aggregate,
  AggregateRoot,
  EventStoreModule,
  getAggregateRepositoryToken,
  getEventStoreToken,
  When,
} from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';
import { Order, orderNoted, OrderPaid, OrderPlaced } from './shop.js';

@Event('order.rushed')
class OrderRushed {
  readonly hours = 1;
}

async function startShop() {
  const app = await Test.createTestingModule({
    imports: [
      CqrsModule.forRoot(),
      EventStoreModule.forRoot({ store: () => new InMemoryEventStore() }),
      EventStoreModule.forFeature([Order]),
    ],
  }).compile();
  await app.init();
  return {
    app,
    store: app.get<InMemoryEventStore>(getEventStoreToken()),
    orders: app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order)),
  };
}

async function typesOf(store: InMemoryEventStore, stream: string): Promise<string[]> {
  const types: string[] = [];
  for await (const event of store.readStream(stream)) types.push(event.type);
  return types;
}

test('an aggregate is placed, committed, loaded and saved again', async () => {
  const { app, store, orders } = await startShop();
  const order = orders.create('1');
  order.place(500);
  order.note('gift');
  expect(order.getUncommittedEvents()).toHaveLength(2);
  await order.commit();
  expect(order.getUncommittedEvents()).toEqual([]);

  const loaded = await orders.load('1');
  expect(loaded).toMatchObject({ total: 500, paid: 0, notes: ['gift'] });
  loaded.pay(500);
  await orders.save(loaded);
  expect(await typesOf(store, 'order-1')).toEqual(['order.placed', 'order.noted', 'order.paid']);
  await app.close();
});

test('commit rejects when the append does, and the events stay uncommitted', async () => {
  const { app, orders } = await startShop();
  const [one, other] = [orders.create('1'), orders.create('1')];
  one.place(1);
  other.place(2);
  await one.commit();
  await expect(other.commit()).rejects.toMatchObject({ code: 'concurrency-conflict' });
  expect(other.getUncommittedEvents()).toEqual([new OrderPlaced('1', 2)]);
  await app.close();
});

test('an aggregate that no repository owns cannot be committed, and keeps its events', async () => {
  const order = new Order('1');
  order.place(1);
  await expect(order.commit()).rejects.toMatchObject({ code: 'aggregate-not-attached' });
  expect(order.getUncommittedEvents()).toHaveLength(1);
});

test('a handler that throws leaves nothing uncommitted', () => {
  const order = new Order('1');
  expect(() => order.place(-1)).toThrow(RangeError);
  expect(order.getUncommittedEvents()).toEqual([]);
});

test('an event without a type, and one without a handler, are refused and not remembered', () => {
  class Unregistered {
    readonly cents = 1;
  }
  const order = new Order('1');
  expect(() => order.apply(new Unregistered())).toThrow(
    expect.objectContaining({ code: 'unknown-event-type' }),
  );
  expect(() => order.apply({ type: 'order.lost', data: {} })).toThrow(
    expect.objectContaining({ code: 'handler-not-found' }),
  );
  expect(order.getUncommittedEvents()).toEqual([]);
});

test('history changes the state and is not saved again', () => {
  const order = new Order('1');
  order.loadFromHistory([new OrderPlaced('1', 500), new OrderPaid(500)]);
  order.apply(new OrderPaid(1), { fromHistory: true });
  expect(order).toMatchObject({ total: 500, paid: 501 });
  expect(order.getUncommittedEvents()).toEqual([]);
});

test('autoCommit cannot be switched on', () => {
  const order = new Order('1');
  expect(order.autoCommit).toBe(false);
  order.autoCommit = false;
  expect(() => (order.autoCommit = true)).toThrow(expect.objectContaining({ code: 'invalid-options' }));
});

test('mergeObjectContext changes neither what is saved nor how often it is published', async () => {
  const { app, store, orders } = await startShop();
  const published: unknown[] = [];
  app.get(EventBus).subscribe((event) => published.push(event));
  const order = app.get(EventPublisher).mergeObjectContext(orders.create('1'));
  order.place(500);
  await order.commit();
  order.pay(500);
  await order.commit();
  expect(await typesOf(store, 'order-1')).toEqual(['order.placed', 'order.paid']);
  expect(published).toEqual([new OrderPlaced('1', 500), new OrderPaid(500)]);
  await app.close();
});

test('a class extends another aggregate with handlers of its own', () => {
  @Aggregate({ category: 'rush' })
  class RushOrder extends Order {
    rushed = false;

    @When('order.rushed')
    protected rush(): void {
      this.rushed = true;
    }

    @When(OrderPaid)
    protected paidTwice({ cents }: OrderPaid): void {
      this.paid += 2 * cents;
    }
  }
  const order = new RushOrder('1');
  order.place(5);
  order.apply({ type: 'order.rushed', data: {} });
  order.apply(new OrderPaid(2));
  expect(order).toMatchObject({ total: 5, paid: 4, rushed: true });
});

test('two handlers for one event in a class are refused, naming both', () => {
  expect(() => {
    class Twice extends AggregateRoot {
      @When(OrderPaid) one(): void {}
      @When('order.paid') other(): void {}
    }
    return Twice;
  }).toThrow(/Twice\.one and Twice\.other/);
});

test('a method that does not take its event does not compile', () => {
  class Typed extends AggregateRoot {
    @When(OrderPaid, OrderPlaced) both(event: OrderPaid | OrderPlaced): number {
      return event.cents;
    }
    @When(orderNoted) noted(event: { data: { text: string } }): string {
      return event.data.text;
    }
    // @ts-expect-error an order that was rushed has no such event
    @When(OrderRushed) rushed(event: OrderPaid & { orderId: number }): number {
      return event.orderId;
    }
  }
  expect(Typed.name).toBe('Typed');
});

test('@When on a class that is no event says so', () => {
  class Paid {
    readonly cents = 1;
  }
  expect(() => When(Paid)(Order.prototype, 'payment')).toThrow(/class Paid \(decorate it with @Event\)/);
});

@Aggregate({ category: 'slow' })
class Slow extends AggregateRoot {
  @When(OrderRushed)
  protected async rushed(): Promise<void> {
    await Promise.reject(new Error('too late for anybody to hear'));
  }
}

test('a handler that returns a promise is refused by name, and its event is not remembered', () => {
  const slow = new Slow();
  expect(() => slow.apply(new OrderRushed())).toThrow(
    '@When(order.rushed) of Slow returned a promise. Make it synchronous',
  );
  expect(slow.getUncommittedEvents()).toEqual([]);
});
