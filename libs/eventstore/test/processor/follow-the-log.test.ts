import { describe, expect, it } from 'vitest';
import type { ReadAllOptions } from '@varve/eventstore';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { fiveOrders, Fixture, foldOf, reacting, settle, turnUntil } from './support/fixture.js';

/** As the types let through where nothing but `void` is expected. */
const rejecting: unknown = () => Promise.reject(new Error('listener'));

describe('a processor that follows the log', () => {
  it('applies each event once, in order, and leaves the checkpoint at the head with its mark', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed', 'paid');
    await fixture.append('order-2', 'placed');
    await fixture.append('order-1', 'shipped');
    const processor = fixture.processor();
    expect(await settle(processor)).toEqual({ kind: 'caught-up', position: 3 });
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2, 3], 'order-2': [1] });
    expect(await fixture.store.load('orders@1')).toMatchObject({
      position: 3,
      logId: fixture.log.logId,
      mark: { stream: 'order-1', firstVersion: 3 },
    });
    expect(processor.status()).toMatchObject({ state: 'caught-up', position: 3, head: 3, parked: 0 });
  });

  it('moves its checkpoint over commits that its filter leaves out', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    await fixture.append('customer-1', 'registered');
    await fixture.append('order-1', 'noticed', 'paid');
    await fixture.append('customer-1', 'moved');
    const processor = fixture.processor({ filter: { categories: ['order'], types: ['placed', 'paid'] } });
    await settle(processor);
    expect(fixture.rows()).toEqual({ 'order-1': [1, 3] });
    expect(await fixture.store.load('orders@1')).toMatchObject({
      position: 4,
      mark: { stream: 'customer-1' },
    });
  });

  it('shows reserved events only to who asks for them', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    await fixture.log.closeStream('order-1', 'any');
    await settle(fixture.processor());
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
    expect(await fixture.position()).toBe(2);
    await settle(fixture.processor({ id: 'closings@1', filter: { types: ['$stream-closed'] } }));
    expect(fixture.rows()).toEqual({ 'order-1': [1, 2] });
  });

  it('goes on by itself when somebody appends, and ends without a timer', async () => {
    const fixture = new Fixture();
    const processor = fixture.processor();
    processor.start();
    await turnUntil(() => processor.status().state === 'caught-up');
    await fixture.append('order-1', 'placed');
    await turnUntil(() => {
      fixture.time.advance(0);
      return fixture.rows()['order-1'];
    });
    await processor.stop();
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
    expect(fixture.time.pending).toBe(0);
    expect((await fixture.store.readLease('orders@1'))?.owner).toBeUndefined();
    expect(processor.status().state).toBe('ended');
  });

  it('can be started again after it was stopped, and to stop it twice does nothing', async () => {
    const fixture = new Fixture();
    const processor = fixture.processor();
    processor.start();
    processor.start();
    await Promise.all([processor.stop(), processor.stop()]);
    await fixture.append('order-1', 'placed');
    processor.start();
    await turnUntil(() => fixture.rows()['order-1']);
    await processor.stop();
    expect(fixture.time.pending).toBe(0);
  });

  it('goes round the event loop between batches, so that a rebuild starves nobody', async () => {
    const fixture = new Fixture();
    for (let order = 1; order <= 3; order += 1) await fixture.append(`order-${order}`, 'placed');
    const processor = fixture.processor({ batch: { initial: 1, max: 1 } });
    processor.start();
    await turnUntil(() => fixture.time.pending === 1 && fixture.rows()['order-1']);
    expect(Object.keys(fixture.rows())).toEqual(['order-1']);
    await processor.stop();
  });

  it('asks where the log ends when it comes near, and twice a second on the way, not for every batch', async () => {
    const fixture = await fiveOrders();
    let asked = 0;
    fixture.log.head = () => {
      asked += 1;
      return InMemoryEventStore.prototype.head.call(fixture.log);
    };
    const processor = fixture.processor({ batch: { initial: 1, max: 1 } });
    await processor.runOnce();
    const atFirst = asked;
    for (let batch = 0; batch < 2; batch += 1) await processor.runOnce();
    expect(processor.status()).toMatchObject({ position: 3, head: 5 });
    expect(asked).toBe(atFirst);
    await fixture.append('order-6', 'placed');
    fixture.time.sleep(500);
    await processor.runOnce();
    expect(processor.status()).toMatchObject({ position: 4, head: 6 });
    expect(asked).toBe(atFirst + 1);
  });

  it('answers two calls at once with one step', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    const processor = fixture.processor();
    const [first, second] = await Promise.all([processor.runOnce(), processor.runOnce()]);
    expect(first).toBe(second);
    expect(fixture.rows()).toEqual({ 'order-1': [1] });
  });

  it('does not take a read that was cut short by stop() for the end of the log', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    const log = new Proxy(fixture.log, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (key !== 'readAll') return typeof value === 'function' ? value.bind(target) : value;
        return async function* (_after: number, { signal }: ReadAllOptions) {
          yield* [];
          await turnUntil(() => signal?.aborted);
        };
      },
    });
    const processor = fixture.processor({ log });
    const step = processor.runOnce();
    await processor.stop();
    expect(await step).toEqual({ kind: 'ended' });
    expect(fixture.announced('caught-up')).toEqual([]);
  });

  it('says how many events a second it applies, and none after it had nothing to do for a while', async () => {
    const fixture = new Fixture();
    const processor = fixture.processor();
    for (let second = 0; second < 5; second += 1) {
      await fixture.append('order-1', 'changed', 'changed', 'changed');
      await settle(processor);
      fixture.time.sleep(1_000);
    }
    expect(processor.status().eventsPerSecond).toBe(3);
    fixture.time.sleep(10_000);
    expect(processor.status().eventsPerSecond).toBe(0);
  });

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('listener');
      },
    ],
    ['rejects', rejecting as () => never],
  ])('survives a listener that %s', async (_what, onEvent) => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    expect(await settle(fixture.processor({ onEvent }))).toEqual({ kind: 'caught-up', position: 1 });
  });

  it('announces that it acquired the lease, progressed and caught up, once each', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed', 'paid');
    const processor = fixture.processor();
    await settle(processor);
    await processor.runOnce();
    const processorId = { processor: 'orders@1' };
    expect(fixture.events).toEqual([
      { ...processorId, kind: 'lease-acquired', token: 1 },
      { ...processorId, kind: 'progressed', from: 0, to: 1, events: 2 },
      { ...processorId, kind: 'caught-up', position: 1 },
    ]);
    expect(processor.status().eventsPerSecond).toBe(2);
  });

  it('begins where the log ended when it was first started, and never before that, if it is to begin from now', async () => {
    const fixture = new Fixture();
    await fixture.append('order-1', 'placed');
    const seen: string[] = [];
    const handler = reacting((event) => void seen.push(event.stream));
    const options = { handler, startFrom: 'from-now' } as const;
    await settle(fixture.processor(options));
    await fixture.append('order-2', 'placed');
    await settle(fixture.processor({ ...options, owner: 'one' })).then((result) => {
      expect(result.kind).toBe('standby');
    });
    fixture.time.sleep(3_000);
    const later = fixture.processor(options);
    await later.runOnce();
    fixture.time.sleep(3_000);
    await settle(later);
    expect(seen).toEqual(['order-2']);
  });
});
