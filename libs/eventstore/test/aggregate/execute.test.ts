import { describe, expect, test } from 'vitest';
import type { AggregateNotice, Commit } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { all } from './all.js';
import { ordersIn, orderNoted, type Order } from './order.js';
import { beforeFirstRead, UnreliableStore } from './unreliable-store.js';

const place = (total: number) => (order: Order) => order.place(total);
const pay = (amount: number) => (order: Order) => order.pay(amount);

/** A store in which somebody else notes something just before each of the next `times` appends. */
async function contestedStore(times: number): Promise<UnreliableStore> {
  const store = new UnreliableStore();
  await ordersIn({ store }).execute('1', place(100));
  const rival = new InMemoryEventStore({ log: store.log });
  store.beforeAppend = async () => {
    if (times-- > 0) await rival.append('order-1', 'any', [orderNoted.create({ note: 'rival' })]);
  };
  return store;
}

describe('conflicts', () => {
  test('are decided again on what the other has written', async () => {
    const store = await contestedStore(2);
    const seen: number[] = [];
    const orders = ordersIn({ store });
    const result = await orders.execute('1', (order) => {
      seen.push(order.notes.length);
      order.pay(100);
    });
    expect(result).toMatchObject({ outcome: 'appended', commit: { firstVersion: 4 } });
    expect(seen).toStrictEqual([0, 1, 2]);
    expect((await orders.load('1')).state).toMatchObject({ paid: 100, notes: ['rival', 'rival'] });
  });

  test('end in an error when somebody else is faster each time, after as many tries as were asked for', async () => {
    const store = await contestedStore(Infinity);
    const waited: number[] = [];
    const notices: AggregateNotice[] = [];
    const orders = ordersIn({
      store,
      announce: (notice) => notices.push(notice),
      backoff: {
        retries: 3,
        firstDelay: 100,
        maxDelay: 250,
        random: () => 0.5,
        wait: async (ms) => void waited.push(ms),
      },
    });
    let decisions = 0;
    const paying = orders.execute('1', (order) => {
      decisions++;
      order.pay(100);
    });
    await expect(paying).rejects.toMatchObject({ code: 'concurrency-conflict', retryable: true });
    expect(decisions).toBe(4);
    expect(waited).toStrictEqual([50, 100, 125]);
    expect(notices).toMatchObject(
      [1, 2, 3].map((attempt) => ({ kind: 'deciding-again', stream: 'order-1', attempt })),
    );
  });

  test('a rule that the other has made true refuses the command', async () => {
    const store = new UnreliableStore();
    const orders = ordersIn({ store });
    await orders.execute('1', place(100));
    store.beforeAppend = () => {
      store.beforeAppend = () => undefined;
      return new InMemoryEventStore({ log: store.log }).append('order-1', 1, [
        { type: 'order.paid', data: { amount: 100 } },
      ]);
    };
    await expect(orders.execute('1', pay(100))).rejects.toMatchObject({ code: 'domain-rule-violated' });
  });

  test('of fifty writers at once lose nothing', async () => {
    const store = new InMemoryEventStore();
    const orders = ordersIn({ store, backoff: { retries: 50 } });
    await orders.execute('1', place(50));
    await Promise.all(Array.from({ length: 50 }, () => orders.execute('1', pay(1))));
    const order = await orders.load('1');
    expect([order.paid, orders.versionOf(order)]).toStrictEqual([50, 51]);
  });

  test('stop being decided again when the signal is aborted', async () => {
    const store = await contestedStore(Infinity);
    const abort = new AbortController();
    const orders = ordersIn({ store, announce: () => abort.abort(new Error('the client has gone')) });
    const paying = orders.execute('1', pay(1), {
      signal: abort.signal,
      backoff: { wait: async (_, signal) => signal?.throwIfAborted() },
    });
    await expect(paying).rejects.toThrow('the client has gone');
  });
});

describe('a commit id', () => {
  test('that is committed gives the first result, and nothing is decided', async () => {
    const orders = ordersIn({ store: new InMemoryEventStore() });
    await orders.execute('1', place(100));
    const first = await orders.execute('1', pay(100), { commitId: 'pay-1' });
    const again = await orders.execute('1', () => expect.unreachable(), { commitId: 'pay-1' });
    expect(first).toMatchObject({ outcome: 'appended' });
    expect(again).toStrictEqual({ ...first, outcome: 'repeated' });
    await expect(orders.execute('1', pay(100), { commitId: 'pay-2' })).rejects.toMatchObject({
      code: 'domain-rule-violated',
    });
  });

  test('that is committed to another stream is refused', async () => {
    const orders = ordersIn({ store: new InMemoryEventStore() });
    await orders.execute('1', place(100), { commitId: 'c' });
    await expect(orders.execute('2', place(1), { commitId: 'c' })).rejects.toMatchObject({
      code: 'commit-id-reused',
      stream: 'order-1',
    });
  });

  test('that is committed by another command is refused, if the caller can tell', async () => {
    const orders = ordersIn({ store: new InMemoryEventStore() });
    await orders.execute('1', place(100));
    const paying = (fingerprint: string) => {
      const isRepeat = ({ events }: Commit) => events[0]?.metadata.fingerprint === fingerprint;
      return orders.execute('1', pay(60), { commitId: 'c', metadata: { fingerprint }, isRepeat });
    };
    expect(await paying('a')).toMatchObject({ outcome: 'appended' });
    expect(await paying('a')).toMatchObject({ outcome: 'repeated' });
    await expect(paying('b')).rejects.toMatchObject({ code: 'commit-id-reused', commitId: 'c' });
  });

  test('that was fenced refuses the command before anything is decided', async () => {
    const store = new InMemoryEventStore();
    await store.fence('late');
    const execution = ordersIn({ store }).execute('1', () => expect.unreachable(), { commitId: 'late' });
    await expect(execution).rejects.toMatchObject({ code: 'commit-fenced' });
  });

  test('stays the same while the command is decided again', async () => {
    const store = await contestedStore(2);
    await ordersIn({ store }).execute('1', pay(1), { commitId: 'pay-1' });
    expect(store.commitIds.slice(1)).toStrictEqual(['pay-1', 'pay-1', 'pay-1']);
  });

  /** The same command twice at once: the twin is through after the slower one has asked for its commit id. */
  async function withFasterTwin(decide: (order: Order) => unknown, twinPays: number) {
    const store = new InMemoryEventStore();
    const orders = ordersIn({ store });
    await orders.execute('1', place(100));
    let twin: object = {};
    const slow = beforeFirstRead(store, async () => {
      twin = await orders.execute('1', pay(twinPays), { commitId: 'pay-1' });
    });
    const result = await ordersIn({ store: slow }).execute('1', decide, { commitId: 'pay-1' });
    return { result, twin };
  }

  test.each([
    ['a rule refuses it by now', pay(100), 100],
    ['it comes to the same events', pay(50), 50],
    ['it comes to other events', pay(60), 40],
    ['there is nothing left to do', () => undefined, 100],
  ])('of two at once gives the slower one the first result, also when %s', async (_, decide, twinPays) => {
    const { result, twin } = await withFasterTwin(decide, twinPays);
    expect(result).toStrictEqual({ ...twin, outcome: 'repeated' });
  });
});

describe('an unknown outcome', () => {
  test('is cleared up under the same commit id, and the command is recorded once', async () => {
    const store = new UnreliableStore();
    const orders = ordersIn({ store });
    store.fates = ['cut', 'lost'];
    expect(await orders.execute('1', place(100))).toMatchObject({
      outcome: 'appended',
      commit: { position: 1 },
    });
    expect(await store.head()).toBe(1);
    expect(new Set(store.commitIds).size).toBe(1);
    expect(store.appends).toBe(3);
  });

  test('that lasts is an error that says so', async () => {
    const store = new UnreliableStore();
    store.fates = ['lost', 'cut', 'cut'];
    const orders = ordersIn({ store });
    const executing = orders.execute('1', place(100), { backoff: { retries: 2 } });
    await expect(executing).rejects.toMatchObject({ code: 'store-unavailable', written: 'unknown' });
  });

  test('is answered from the log when the caller gave an id', async () => {
    const store = new UnreliableStore();
    store.fates = ['lost', 'cut', 'cut'];
    const orders = ordersIn({ store });
    const result = await orders.execute('1', place(100), { commitId: 'c', backoff: { retries: 2 } });
    expect(result).toMatchObject({ commit: { commitId: 'c', position: 1 } });
  });
});

describe('what the caller expects', () => {
  test('is judged before the decision', async () => {
    const orders = ordersIn({ store: new InMemoryEventStore() });
    await orders.execute('1', place(100));
    await orders.execute('1', pay(100), { expected: 1 });
    for (const expected of [1, 3, 'no-stream'] as const) {
      const execution = orders.execute('1', () => expect.unreachable(), { expected });
      await expect(execution).rejects.toMatchObject({ code: 'concurrency-conflict', expected, actual: 2 });
    }
    await expect(orders.execute('2', place(1), { expected: 'stream-exists' })).rejects.toMatchObject({
      actual: 0,
    });
  });

  test('is refused when it is none, and not taken for somebody else’s append', async () => {
    const orders = ordersIn({ store: new InMemoryEventStore() });
    for (const expected of [Number('W/"3"'), -1, 'nostream'] as unknown as number[]) {
      const execution = orders.execute('1', place(1), { expected });
      await expect(execution).rejects.toMatchObject({ code: 'invalid-argument', argument: 'expected' });
    }
  });

  test('is not asked of a command that was done before', async () => {
    const orders = ordersIn({ store: new InMemoryEventStore() });
    await orders.execute('1', place(100), { expected: 0, commitId: 'c' });
    expect(await orders.execute('1', place(100), { expected: 0, commitId: 'c' })).toMatchObject({
      outcome: 'repeated',
    });
  });
});

test('a decision may be awaited, and may come to nothing', async () => {
  const store = new InMemoryEventStore();
  const orders = ordersIn({ store });
  const result = await orders.execute('1', async (order) => {
    await Promise.resolve();
    order.place(3);
    order.pay(3);
  });
  expect(result).toMatchObject({ outcome: 'appended', commit: { lastVersion: 2 } });
  expect(await orders.execute('1', () => undefined)).toStrictEqual({ outcome: 'nothing', version: 2 });
  expect((await all(store.readStream('order-1'))).at(-1)?.data).toStrictEqual({ amount: 3 });
});

test('a save within execute is refused: it would go without the command’s id', async () => {
  const store = new InMemoryEventStore();
  const orders = ordersIn({ store });
  const command = orders.execute('1', (order) => {
    order.place(3);
    return orders.save(order);
  });
  await expect(command).rejects.toMatchObject({ code: 'invalid-argument', argument: 'aggregate' });
  await expect(command).rejects.toThrow('execute() saves "order-1" itself');
  expect(await store.head()).toBe(0);
});

test('what is left of a decision that failed is its caller’s again', async () => {
  const orders = ordersIn({ store: new InMemoryEventStore() });
  let left: Order | undefined;
  const command = orders.execute('1', (order) => {
    left = order;
    order.place(3);
    throw new Error('no');
  });
  await expect(command).rejects.toThrow('no');
  expect(await orders.save(left!)).toMatchObject({ outcome: 'appended' });
});

test('another aggregate may be saved within execute', async () => {
  const orders = ordersIn({ store: new InMemoryEventStore() });
  await orders.execute('1', async (order) => {
    await orders.execute('2', place(2));
    order.place(1);
  });
  expect((await orders.load('1')).total + (await orders.load('2')).total).toBe(3);
});
