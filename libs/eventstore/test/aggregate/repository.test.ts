import { describe, expect, test } from 'vitest';
import { AggregateRepository, defineEvent, EventRegistry, type RecordedEvent } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { all } from './all.js';
import { Order, OrderPaid, OrderPlaced, orderDefinition, orderNoted, ordersIn, registry } from './order.js';
import { gate, UnreliableStore } from './unreliable-store.js';

async function eventsOf(store: InMemoryEventStore, stream = 'order-1'): Promise<RecordedEvent[]> {
  return all(store.readStream(stream));
}

async function placedOrder(store: InMemoryEventStore, total = 100): Promise<Order> {
  const orders = ordersIn({ store });
  const order = orders.create('1');
  order.place(total);
  await orders.save(order);
  return order;
}

test('A repository refuses an option that it does not know, by its name', () => {
  const store = new InMemoryEventStore();
  const misspelled = { store, registry, definition: orderDefinition, snapshotstore: store };
  expect(() => new AggregateRepository(misspelled)).toThrow(
    expect.objectContaining({ code: 'invalid-options', option: 'snapshotstore' }),
  );
});

describe('loading', () => {
  test('an aggregate to which nothing has happened is new at version 0, and is not found', async () => {
    const orders = ordersIn({ store: new InMemoryEventStore() });
    const order = await orders.load('1');
    expect([order.id, order.state, orders.versionOf(order)]).toStrictEqual([
      '1',
      { total: 0, paid: 0, notes: [] },
      0,
    ]);
    expect(await orders.find('1')).toBeUndefined();
  });

  test('an aggregate is what its events tell, by class and by plain type', async () => {
    const store = new InMemoryEventStore();
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(100);
    order.pay(40);
    order.note('gift');
    await orders.save(order);
    const loaded = await orders.find('1');
    expect(loaded?.state).toStrictEqual({ total: 100, paid: 40, notes: ['gift'] });
    expect(loaded && orders.versionOf(loaded)).toBe(3);
    expect(loaded?.getUncommittedEvents()).toStrictEqual([]);
  });

  test('a split event is applied part by part', async () => {
    const store = new InMemoryEventStore();
    await store.append('order-1', 0, [{ type: 'order.bought', data: { amount: 7 } }]);
    const withUpcaster = new EventRegistry([OrderPlaced, OrderPaid, orderNoted], {
      upcasters: [
        {
          ...{ kind: 'split', type: 'order.bought', from: 1, into: ['order.placed', 'order.paid'] },
          split: ({ amount }: { amount: number }) => [
            { type: 'order.placed', schemaVersion: 1, data: { total: amount } },
            { type: 'order.paid', schemaVersion: 1, data: { amount } },
          ],
        },
      ],
    });
    const orders = new AggregateRepository({ store, registry: withUpcaster, definition: orderDefinition });
    const order = await orders.load('1');
    expect(order.state).toMatchObject({ total: 7, paid: 7 });
    expect(orders.versionOf(order)).toBe(1);
  });

  test('an event that the aggregate does not handle is an error, never ignored', async () => {
    const store = new InMemoryEventStore();
    const orderSeen = defineEvent('order.seen');
    const known = new EventRegistry([OrderPlaced, OrderPaid, orderNoted, orderSeen]);
    await store.append('order-1', 0, [orderSeen.create({})]);
    const orders = new AggregateRepository({ store, registry: known, definition: orderDefinition });
    await expect(orders.load('1')).rejects.toMatchObject({
      code: 'handler-not-found',
      eventType: 'order.seen',
    });
    await expect(ordersIn({ store }).load('1')).rejects.toMatchObject({ code: 'unknown-event-type' });
  });

  test('a closed stream loads, and takes no more', async () => {
    const store = new InMemoryEventStore();
    await placedOrder(store);
    await store.closeStream('order-1', 1);
    const orders = ordersIn({ store });
    const order = await orders.load('1');
    expect(orders.versionOf(order)).toBe(2);
    order.pay(1);
    await expect(orders.save(order)).rejects.toMatchObject({ code: 'stream-closed' });
    expect(order.getUncommittedEvents()).toHaveLength(1);
  });

  test('an id that makes no stream name is refused', async () => {
    const orders = ordersIn({ store: new InMemoryEventStore() });
    for (const id of ['', 'x'.repeat(600), '\ud800']) {
      await expect(orders.load(id)).rejects.toMatchObject({ code: 'invalid-argument' });
    }
  });

  test('an id that is no text is refused, as a parameter of a route that has another name gives it', async () => {
    const orders = ordersIn({ store: new InMemoryEventStore() });
    for (const id of [undefined, null, 17, { id: '17' }, ['17'], Symbol('17')] as unknown as string[]) {
      await expect(orders.execute(id, (order) => order.place(1))).rejects.toMatchObject({ argument: 'id' });
      expect(() => orders.create(id)).toThrow('Give a text.');
    }
  });
});

describe('saving', () => {
  test('appends all uncommitted events as one commit, once', async () => {
    const store = new InMemoryEventStore();
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(100);
    order.pay(40);
    const result = await orders.save(order);
    expect(result).toMatchObject({
      outcome: 'appended',
      commit: { position: 1, firstVersion: 1, lastVersion: 2 },
    });
    expect(await orders.save(order)).toStrictEqual({ outcome: 'nothing', version: 2 });
    order.pay(60);
    expect(await orders.save(order)).toMatchObject({
      outcome: 'appended',
      commit: { firstVersion: 3, lastVersion: 3 },
    });
    expect((await eventsOf(store)).map(({ type, data }) => [type, data])).toStrictEqual([
      ['order.placed', { total: 100 }],
      ['order.paid', { amount: 40 }],
      ['order.paid', { amount: 60 }],
    ]);
  });

  test('rejects with a conflict when somebody else was faster, and the events stay uncommitted', async () => {
    const store = new InMemoryEventStore();
    await placedOrder(store);
    const orders = ordersIn({ store });
    const [first, second] = [await orders.load('1'), await orders.load('1')];
    first.pay(100);
    second.pay(100);
    await orders.save(first);
    await expect(orders.save(second)).rejects.toMatchObject({
      code: 'concurrency-conflict',
      expected: 1,
      actual: 2,
    });
    expect(second.getUncommittedEvents()).toStrictEqual([new OrderPaid(100)]);
    expect(orders.versionOf(second)).toBe(1);
  });

  test('a new aggregate in a stream that exists is a conflict', async () => {
    const store = new InMemoryEventStore();
    await placedOrder(store);
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(5);
    await expect(orders.save(order)).rejects.toMatchObject({ code: 'concurrency-conflict' });
  });

  test('what the store refuses stays uncommitted, and can be saved later', async () => {
    const store = new InMemoryEventStore();
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(100);
    store.failNextCommit();
    await expect(orders.save(order)).rejects.toMatchObject({
      code: 'store-unavailable',
      written: 'not-written',
    });
    expect(order.getUncommittedEvents()).toHaveLength(1);
    expect(await orders.save(order)).toMatchObject({ outcome: 'appended', commit: { firstVersion: 1 } });
    expect(order.getUncommittedEvents()).toHaveLength(0);
  });

  test('an event that its schema refuses is not recorded, nor are those beside it', async () => {
    const store = new InMemoryEventStore();
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(100);
    order.pay(-1);
    await expect(orders.save(order)).rejects.toMatchObject({ code: 'invalid-event', path: 'data.amount' });
    expect(order.getUncommittedEvents()).toHaveLength(2);
    expect(await store.head()).toBe(0);
  });

  test('events raised while the append runs stay for the next save', async () => {
    const store = new UnreliableStore();
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(100);
    store.beforeAppend = () => order.note('meanwhile');
    await orders.save(order);
    expect(order.getUncommittedEvents()).toStrictEqual([orderNoted.create({ note: 'meanwhile' })]);
    store.beforeAppend = () => undefined;
    expect(await orders.save(order)).toMatchObject({
      outcome: 'appended',
      commit: { firstVersion: 2, lastVersion: 2 },
    });
  });

  test('removes nothing else when the uncommitted events were replaced while the append ran', async () => {
    const store = new UnreliableStore();
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(100);
    store.beforeAppend = () => {
      order.getUncommittedEvents().length = 0;
      order.note('another');
    };
    await orders.save(order);
    expect(order.getUncommittedEvents()).toStrictEqual([orderNoted.create({ note: 'another' })]);
  });

  test('refuses a second save while one runs', async () => {
    const store = new UnreliableStore();
    const { opened, open } = gate();
    store.beforeAppend = () => opened;
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(100);
    const saving = orders.save(order);
    await expect(orders.save(order)).rejects.toMatchObject({
      code: 'invalid-argument',
      argument: 'aggregate',
    });
    open();
    expect(await saving).toMatchObject({ outcome: 'appended' });
    expect(await orders.save(order)).toMatchObject({ outcome: 'nothing' });
    expect(store.appends).toBe(1);
  });

  test('refuses an aggregate that no repository or another one owns', async () => {
    const store = new InMemoryEventStore();
    const orders = ordersIn({ store });
    for (const order of [new Order('1'), ordersIn({ store }).create('1')]) {
      order.place(1);
      await expect(orders.save(order)).rejects.toMatchObject({ code: 'aggregate-not-attached' });
      expect(order.getUncommittedEvents()).toHaveLength(1);
    }
  });

  test('refuses an aggregate that hands out copies of its uncommitted events, which would be recorded twice', async () => {
    const definition = {
      category: 'copy',
      create: () => ({ getUncommittedEvents: () => [new OrderPlaced(1)] }),
      handlers: {},
    };
    const store = new InMemoryEventStore();
    const repository = new AggregateRepository({ store, registry, definition });
    await expect(repository.save(repository.create('1'))).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  test('tells the definition how each aggregate is saved', async () => {
    const store = new InMemoryEventStore();
    const saves = new Map<Order, () => Promise<unknown>>();
    const attached = (order: Order, save: () => Promise<unknown>) => void saves.set(order, save);
    const orders = ordersIn({ store, definition: { ...orderDefinition, attached } });
    for (const order of [orders.create('1'), await orders.load('2')]) {
      order.place(1);
      expect(await saves.get(order)?.()).toMatchObject({ outcome: 'appended' });
    }
  });

  test('takes the time of the commit from the caller', async () => {
    const store = new InMemoryEventStore();
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(1);
    const at = new Date('2018-05-01T10:00:00Z');
    await orders.save(order, { at });
    expect((await eventsOf(store))[0]?.at).toStrictEqual(at);
  });
});
