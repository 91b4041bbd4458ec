import { Test } from '@nestjs/testing';
import type { AggregateRepository } from '@varve/eventstore';
import { EventStoreModule, getAggregateRepositoryToken } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';
import { Order, SalesModule } from './shop.js';

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
