import { expect, test } from 'vitest';
import { handleCommand, type CommandOptions } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import type { Order } from './order.js';
import { orderDecider, ordersIn, registry } from './order.js';

const odd = { commitid: 'c1' } as CommandOptions;

test.each<[of: string, call: (store: InMemoryEventStore) => Promise<unknown>]>([
  ['save', (store) => ordersIn({ store }).save(placed(store), odd)],
  ['execute', (store) => ordersIn({ store }).execute('1', (order: Order) => order.place(5), odd)],
  [
    'handleCommand',
    (store) =>
      handleCommand(
        store,
        { stream: 'order-1', decider: orderDecider, registry },
        { type: 'pay', amount: 5 },
        odd,
      ),
  ],
])('a misspelled option of %s is refused by name, and nothing is appended', async (of, call) => {
  const store = new InMemoryEventStore();
  await expect(call(store)).rejects.toMatchObject({
    code: 'invalid-argument',
    argument: 'commitid',
    message: expect.stringMatching(`"commitid" of ${of} is unknown. Known are commitId, `) as string,
  });
  expect(await store.head()).toBe(0);
});

function placed(store: InMemoryEventStore): Order {
  const order = ordersIn({ store }).create('1');
  order.place(5);
  return order;
}
