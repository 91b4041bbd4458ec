import { describe, expect, test } from 'vitest';
import { runWithContext, type RecordedEvent } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { all } from './all.js';
import { orderDefinition, orderNoted, ordersIn, type Order } from './order.js';
import { UnreliableStore } from './unreliable-store.js';

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

describe('what the caller demands of the stream', () => {
  test('a version that the stream has passed, or not reached, is a conflict', async () => {
    const store = new InMemoryEventStore();
    const order = await placedOrder(store);
    const orders = ordersIn({ store });
    for (const expected of [0, 'no-stream', 2] as const) {
      const loaded = await orders.load('1');
      loaded.pay(1);
      await expect(orders.save(loaded, { expected })).rejects.toMatchObject({ code: 'concurrency-conflict' });
    }
    expect(order.total).toBe(100);
    expect(await store.head()).toBe(1);
  });

  test('a version that somebody else has reached since the load is a conflict: the decision knows nothing of it', async () => {
    const store = new InMemoryEventStore();
    await placedOrder(store);
    const orders = ordersIn({ store });
    const order = await orders.load('1');
    await store.append('order-1', 1, [orderNoted.create({ note: 'meanwhile' })]);
    order.pay(1);
    await expect(orders.save(order, { expected: 2 })).rejects.toMatchObject({ code: 'concurrency-conflict' });
    expect(await store.head()).toBe(2);
  });

  test('an append beyond events that the aggregate has not seen ends its ownership', async () => {
    const store = new InMemoryEventStore();
    await placedOrder(store);
    const orders = ordersIn({ store });
    const order = await orders.load('1');
    await store.append('order-1', 1, [orderNoted.create({ note: 'meanwhile' })]);
    order.pay(1);
    expect(await orders.save(order, { expected: 'any' })).toMatchObject({
      outcome: 'appended',
      commit: { firstVersion: 3 },
    });
    await expect(orders.save(order)).rejects.toMatchObject({ code: 'aggregate-not-attached' });
  });
});

describe('saving again', () => {
  test('a save whose answer was lost is found in the log, not written twice', async () => {
    const store = new UnreliableStore();
    store.fates = ['lost', 'cut'];
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(100);
    expect(await orders.save(order)).toMatchObject({ outcome: 'appended', commit: { firstVersion: 1 } });
    expect(await store.head()).toBe(1);
    expect(new Set(store.commitIds).size).toBe(1);
    order.pay(1);
    expect(await orders.save(order)).toMatchObject({ commit: { firstVersion: 2 } });
    expect(new Set(store.commitIds).size).toBe(2);
  });

  test('a save that stayed unknown can be repeated by hand, and records its events once', async () => {
    const store = new UnreliableStore();
    store.fates = ['lost', 'cut'];
    const orders = ordersIn({ store, backoff: { retries: 1 } });
    const order = orders.create('1');
    order.place(100);
    await expect(orders.save(order)).rejects.toMatchObject({ code: 'store-unavailable', written: 'unknown' });
    expect(order.getUncommittedEvents()).toHaveLength(1);
    expect(await orders.save(order)).toMatchObject({ outcome: 'appended', commit: { firstVersion: 1 } });
    expect(await store.head()).toBe(1);
  });

  test('a save with the commit id of an earlier one gets its result, and the aggregate must be loaded again', async () => {
    const store = new InMemoryEventStore();
    await placedOrder(store);
    const orders = ordersIn({ store });
    const first = await orders.load('1');
    first.pay(40);
    const { commit } = (await orders.save(first, { commitId: 'pay-1' })) as { commit: object };
    const again = await orders.load('1');
    again.pay(40);
    expect(await orders.save(again, { commitId: 'pay-1', expected: 1 })).toStrictEqual({
      outcome: 'repeated',
      commit,
    });
    expect(again.getUncommittedEvents()).toHaveLength(0);
    await expect(orders.save(again)).rejects.toMatchObject({ code: 'aggregate-not-attached' });
    expect(await store.head()).toBe(2);
  });

  test('other events under the id of an earlier commit are refused, and so is a fenced id', async () => {
    const store = new InMemoryEventStore();
    await placedOrder(store);
    await store.fence('late');
    const orders = ordersIn({ store });
    const order = await orders.load('1');
    order.pay(1);
    await orders.save(order, { commitId: 'pay-1' });
    order.pay(2);
    await expect(orders.save(order, { commitId: 'pay-1' })).rejects.toMatchObject({
      code: 'commit-id-reused',
    });
    await expect(orders.save(order, { commitId: 'late' })).rejects.toMatchObject({ code: 'commit-fenced' });
    expect(order.getUncommittedEvents()).toHaveLength(1);
  });

  test('commits get ids in the order of time when nobody gives one', async () => {
    const store = new UnreliableStore();
    await placedOrder(store);
    const [id] = store.commitIds;
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const milliseconds = Number.parseInt(id?.replace('-', '').slice(0, 12) ?? '', 16);
    const { at } = (await eventsOf(store))[0] as RecordedEvent;
    expect(Math.abs(at.getTime() - milliseconds)).toBeLessThan(60_000);
  });
});

describe('what was recorded', () => {
  test('is told after the append, as it stands in the log', async () => {
    const store = new InMemoryEventStore();
    const told: (readonly RecordedEvent[])[] = [];
    const orders = ordersIn({ store, onRecorded: (events) => told.push(events) });
    const order = orders.create('1');
    order.place(100);
    order.note('gift');
    await orders.save(order, { commitId: 'c', metadata: { actor: 'ana' } });
    expect(told).toStrictEqual([await eventsOf(store)]);
  });

  test('a listener that throws or rejects is announced and fails nothing', async () => {
    const store = new InMemoryEventStore();
    const notices: unknown[] = [];
    const announce = (notice: unknown) => {
      notices.push(notice);
      throw new Error('a listener of listeners');
    };
    const failures = [
      () => Promise.reject(new Error('late')),
      () => {
        throw new Error('at once');
      },
    ];
    for (const [index, onRecorded] of failures.entries()) {
      const orders = ordersIn({ store, onRecorded, announce });
      const order = orders.create(String(index));
      order.place(100);
      expect(await orders.save(order)).toMatchObject({ outcome: 'appended' });
    }
    expect(notices).toMatchObject([
      { kind: 'recorded-hook-failed', stream: 'order-0' },
      { kind: 'recorded-hook-failed', stream: 'order-1' },
    ]);
  });
});

describe('metadata', () => {
  test('comes from the context; what is given wins over it, and what the event has wins over both', async () => {
    const store = new InMemoryEventStore();
    const orders = ordersIn({ store });
    const order = orders.create('1');
    order.place(100);
    order.raise(orderNoted.create({ note: 'gift' }, { actor: 'of the event' }));
    const context = { correlationId: 'req-1', actor: 'of the context', tenant: 'acme', channel: undefined };
    await runWithContext(context, () =>
      orders.save(order, { metadata: { actor: 'given', causationId: 'cmd-1' } }),
    );
    expect((await eventsOf(store)).map(({ metadata }) => metadata)).toStrictEqual([
      { correlationId: 'req-1', causationId: 'cmd-1', actor: 'given', tenant: 'acme' },
      { correlationId: 'req-1', causationId: 'cmd-1', actor: 'of the event', tenant: 'acme' },
    ]);
  });
});

describe('construction', () => {
  test('refuses handlers of unregistered events, bad categories, and snapshots without a store', () => {
    const store = new InMemoryEventStore();
    const make = (changes: object) => () =>
      ordersIn({ store, definition: { ...orderDefinition, ...changes } });
    expect(make({ handlers: { 'order.gone': () => undefined } })).toThrow(
      expect.objectContaining({ option: 'handlers' }),
    );
    for (const category of ['', 'order-line']) {
      expect(make({ category })).toThrow(expect.objectContaining({ option: 'category' }));
    }
    expect(make({ snapshots: { revision: '1' } })).toThrow(
      expect.objectContaining({ option: 'snapshotStore' }),
    );
    expect(() => ordersIn({ store, backoff: { retries: -1 } })).toThrow(
      expect.objectContaining({ option: 'backoff.retries' }),
    );
  });
});
