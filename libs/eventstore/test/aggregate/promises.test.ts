import { expect, test } from 'vitest';
import { handleCommand, type Decider } from '@varve/eventstore';
import { givenAggregate, givenDecider, InMemoryEventStore } from '@varve/eventstore/testing';
import { orderDecider, orderDefinition, OrderPlaced, ordersIn, registry, type PayOrder } from './order.js';

const refused = { code: 'invalid-options', message: expect.stringContaining('returned a promise') as string };
const late = () => Promise.reject(new Error('too late for anybody to hear'));

test('a handler of an aggregate that returns a promise is refused by name, and its failure ends no process', async () => {
  const store = new InMemoryEventStore();
  await ordersIn({ store }).execute('1', (order) => order.place(5));
  const handlers = { ...orderDefinition.handlers, 'order.placed': late };
  const definition = { ...orderDefinition, handlers };
  await expect(ordersIn({ store, definition }).load('1')).rejects.toMatchObject(refused);
  await expect(ordersIn({ store, definition }).load('1')).rejects.toThrow('"order.placed"');
  expect(() => givenAggregate(definition, '1', new OrderPlaced(5)).when(() => undefined)).toThrow('promise');
});

test.each<[returned: string, decided: unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['order.placed', new OrderPlaced(5)],
])('a decider that returns %s is refused, with the stream and the command', async (returned, decided) => {
  const store = new InMemoryEventStore();
  const decider = { ...orderDecider, decide: () => decided } as typeof orderDecider;
  const command: PayOrder = { type: 'pay', amount: 5 };
  const message = `returned ${returned} for pay. Return an array`;
  await expect(handleCommand(store, { stream: 'order-1', decider, registry }, command)).rejects.toMatchObject(
    {
      code: 'invalid-options',
      message: expect.stringContaining(`decide of stream "order-1" ${message}`) as string,
    },
  );
  expect(() => givenDecider(decider).when(command).events()).toThrow(`decide ${message}`);
});

test('a decider that returns a promise, to decide or to evolve, is refused, and nothing is appended', async () => {
  for (const wrong of [{ decide: late }, { evolve: late }]) {
    const store = new InMemoryEventStore();
    await store.append('order-1', 'no-stream', [registry.encode(new OrderPlaced(5))]);
    const decider = { ...orderDecider, ...wrong } as unknown as Decider<object, PayOrder, OrderPlaced>;
    const command: PayOrder = { type: 'pay', amount: 5 };
    const handled = handleCommand(store, { stream: 'order-1', decider, registry }, command);
    await expect(handled).rejects.toMatchObject(refused);
    expect(await store.head()).toBe(1);
    expect(() => givenDecider(decider, new OrderPlaced(5)).when(command).events()).toThrow('promise');
  }
});
