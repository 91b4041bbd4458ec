import { Test } from '@nestjs/testing';
import type { AggregateRepository } from '@varve/eventstore';
import { EventStoreModule, getAggregateRepositoryToken } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';
import { Order, OrderPaid, SalesModule } from './shop.js';

test('an aggregate with snapshots is loaded from the newest and the events after it', async () => {
  const store = new InMemoryEventStore();
  const app = await Test.createTestingModule({
    imports: [EventStoreModule.forRoot({ store }), SalesModule],
  }).compile();
  await app.init();
  const orders = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order));
  const order = orders.create('1');
  order.place(500);
  order.pay(100);
  order.note('three events are a snapshot');
  await order.commit();
  await orders.idle();
  order.pay(50);
  await order.commit();

  const read: unknown[] = [];
  const { readStream } = store;
  store.readStream = (stream, options) => (read.push(options?.from), readStream.call(store, stream, options));
  expect(await orders.load('1')).toMatchObject({
    total: 500,
    paid: 150,
    notes: ['three events are a snapshot'],
  });
  expect(read).toEqual([3]);
  await app.close();
});

test.each<[string, (order: Order) => void]>([
  ['skipHandler', (order) => order.apply(new OrderPaid(7), { skipHandler: true })],
  ['an event from history by hand', (order) => order.apply(new OrderPaid(7), true)],
  [
    'a handler that changes something and throws',
    (order) => expect(() => order.place(-1)).toThrow('negative'),
  ],
  [
    'uncommit',
    (order) => {
      order.pay(7);
      order.uncommit();
    },
  ],
])('a snapshot tells what the log tells, also after %s', async (_, stray) => {
  const store = new InMemoryEventStore();
  const app = await Test.createTestingModule({
    imports: [EventStoreModule.forRoot({ store }), SalesModule],
  }).compile();
  await app.init();
  const orders = app.get<AggregateRepository<Order>>(getAggregateRepositoryToken(Order));
  const order = orders.create('1');
  order.place(500);
  await order.commit();
  stray(order);
  for (const text of 'ab') order.note(text);
  await order.commit();
  await orders.idle();

  const told = { total: 500, paid: 0, notes: [] as string[] };
  for await (const { type, data } of store.readStream('order-1')) {
    if (type === 'order.paid') told.paid += (data as OrderPaid).cents;
    if (type === 'order.noted') told.notes.push((data as { text: string }).text);
  }
  const [kept] = [...(store.log.snapshots.get('order-1')?.values() ?? [])];
  expect(JSON.parse(kept ?? 'null')).toMatchObject({ state: told });
  expect(await orders.load('1')).toMatchObject(told);
  await app.close();
});
