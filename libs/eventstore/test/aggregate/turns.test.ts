import { expect, test } from 'vitest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { backoffFrom } from '../../src/aggregate/backoff.js';
import { Turns } from '../../src/aggregate/turns.js';
import { ordersIn } from './order.js';

const forEver = (): Promise<never> => new Promise(() => undefined);
/** Like the real one: over when the signal is aborted. */
const waitForEver = (_: number, signal?: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
  });

test('Of two hundred commands to one stream at the same time each is decided at most twice, and none is refused', async () => {
  // No pause before a retry; a turn is waited for as long as it takes.
  const wait = (milliseconds: number, signal?: AbortSignal) =>
    milliseconds === 0 ? Promise.resolve() : waitForEver(milliseconds, signal);
  const orders = ordersIn({ store: new InMemoryEventStore(), backoff: { random: () => 0, wait } });
  await orders.execute('1', (order) => order.place(200));
  let decisions = 0;
  const pay = () =>
    orders.execute('1', (order) => {
      decisions++;
      order.pay(1);
    });
  await Promise.all(Array.from({ length: 200 }, pay));
  expect((await orders.load('1')).paid).toBe(200);
  expect(decisions).toBeLessThanOrEqual(400);
});

test('A turn waits for the one before it, and for no other stream', async () => {
  const turns = new Turns();
  const backoff = backoffFrom({ wait: waitForEver });
  const done: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  const first = turns.take('order-1', backoff, () => gate.promise.then(() => done.push('first')));
  const second = turns.take('order-1', backoff, async () => done.push('second'));
  await turns.take('order-2', backoff, async () => done.push('other'));
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toStrictEqual(['other']);
  gate.resolve(undefined);
  await Promise.all([first, second]);
  expect(done).toStrictEqual(['other', 'first', 'second']);
});

test('A turn that fails lets the next one begin', async () => {
  const turns = new Turns();
  const backoff = backoffFrom({ wait: waitForEver });
  const failing = turns.take('order-1', backoff, () => Promise.reject(new Error('no')));
  const next = turns.take('order-1', backoff, async () => 'next');
  await expect(failing).rejects.toThrow('no');
  expect(await next).toBe('next');
});

test('A turn that takes its time is waited for no longer than the longest pause, from its beginning', async () => {
  const turns = new Turns();
  const pauses = [1, 2].map(() => Promise.withResolvers<undefined>());
  const waits: number[] = [];
  const wait = (milliseconds: number) => pauses[waits.push(milliseconds) - 1]!.promise;
  const backoff = backoffFrom({ maxDelay: 70, wait });
  const begun: string[] = [];
  const hang = (name: string) => () => {
    begun.push(name);
    return forEver();
  };
  void turns.take('order-1', backoff, hang('first'));
  void turns.take('order-1', backoff, hang('second'));
  const third = turns.take('order-1', backoff, async () => begun.push('third'));
  await new Promise((resolve) => setImmediate(resolve));
  expect([begun, waits]).toStrictEqual([['first'], [70]]);
  pauses[0]!.resolve(undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect([begun, waits]).toStrictEqual([
    ['first', 'second'],
    [70, 70],
  ]);
  pauses[1]!.resolve(undefined);
  await third;
  expect(begun).toStrictEqual(['first', 'second', 'third']);
});

test('Who waits for a turn goes when the signal is aborted', async () => {
  const turns = new Turns();
  const abort = new AbortController();
  const backoff = backoffFrom({ wait: waitForEver, signal: abort.signal });
  void turns.take('order-1', backoff, forEver);
  const waiting = turns.take('order-1', backoff, () => expect.unreachable());
  abort.abort(new Error('the client has gone'));
  await expect(waiting).rejects.toThrow('the client has gone');
});
