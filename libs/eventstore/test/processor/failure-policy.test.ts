import { describe, expect, it } from 'vitest';
import { ProjectionFailedError, StoreUnavailableError, type HandledCommit } from '@varve/eventstore';
import {
  fiveOrders,
  foldOf,
  Gate,
  listing,
  reacting,
  settle,
  turnUntil,
  type Options,
  type Rows,
} from './support/fixture.js';

const NEVER_RETRY = { retries: 0 };

const poisonIn = (stream: string) => (commit: HandledCommit) => commit.stream === stream;

describe('a commit that cannot be applied', () => {
  it('stops the processor with everything before it applied, by default, and says which commit it was', async () => {
    const fixture = await fiveOrders();
    const processor = fixture.processor({
      handler: listing(poisonIn('order-3')),
      failurePolicy: NEVER_RETRY,
    });
    expect(await settle(processor)).toMatchObject({
      kind: 'stopped',
      error: { code: 'projection-failed', position: 3, stream: 'order-3', processor: 'orders@1' },
    });
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1] });
    expect(await fixture.position()).toBe(2);
    expect(processor.status()).toMatchObject({ state: 'stopped', error: { code: 'projection-failed' } });
    expect(fixture.announced('stopped')).toHaveLength(1);
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'undefined'],
    ['a text', 'out of stock', 'out of stock'],
    ['an object with a message', { message: 'out of stock' }, 'out of stock'],
    ['an object', { left: 0 }, '{"left":0}'],
    ['what cannot be shown', Object.create(null, { toJSON: { value: () => 1n } }), 'cannot be shown'],
    ['an object without a prototype', Object.create(null), '{}'],
  ])('stops or parks whatever the handler throws: %s', async (_, thrown, shown) => {
    const handler = reacting(() => {
      throw thrown;
    });
    const stopping = await fiveOrders();
    const stopped = await settle(stopping.processor({ handler, failurePolicy: NEVER_RETRY }));
    expect(stopped).toMatchObject({ error: { message: expect.stringContaining(shown) as string } });
    const parking = await fiveOrders();
    await settle(parking.processor({ handler, failurePolicy: { retries: 0, then: 'park' } }));
    expect(await parking.store.listParked('orders@1')).toHaveLength(5);
  });

  it('stays stopped after a restart, with the reason, until somebody resumes it', async () => {
    const fixture = await fiveOrders();
    const failurePolicy = NEVER_RETRY;
    await settle(fixture.processor({ handler: listing(poisonIn('order-3')), failurePolicy }));
    const restarted = fixture.processor({ owner: 'two' });
    const stopped = await settle(restarted);
    expect(stopped).toMatchObject({ kind: 'stopped', reason: expect.stringContaining('position 3') });
    expect(restarted.status()).toMatchObject({ state: 'stopped', error: { code: 'projection-failed' } });
    await restarted.resume();
    await settle(restarted);
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it('is retried by itself, each time after a longer wait, before anything else happens', async () => {
    const fixture = await fiveOrders();
    let refusals = 3;
    const handler = listing((commit) => commit.stream === 'order-3' && refusals-- > 0);
    const processor = fixture.processor({ handler, failurePolicy: { retries: 5, firstDelay: 100 } });
    const step = processor.runOnce();
    for (const delay of [50, 100]) {
      await turnUntil(() =>
        fixture.announced('retrying').some((event) => 'delay' in event && event.delay === delay),
      );
      expect(processor.status()).toMatchObject({
        state: 'retrying',
        error: { message: 'cannot apply order-3' },
      });
      fixture.time.advance(delay);
    }
    expect(await step).toMatchObject({ kind: 'progressed', to: 5, events: 5 });
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it('is not waited for by stop(): the retry is cut short and nothing is decided', async () => {
    const fixture = await fiveOrders();
    const processor = fixture.processor({
      handler: listing(poisonIn('order-1')),
      failurePolicy: { then: 'park' },
    });
    processor.start();
    await turnUntil(() => processor.status().state === 'retrying');
    await processor.stop();
    expect(fixture.time.pending).toBe(0);
    expect(await fixture.store.listParked('orders@1')).toEqual([]);
    expect(await fixture.store.readLease('orders@1')).toMatchObject({ state: 'active' });
  });

  it('parks its stream if the policy says so: other streams go on, its later commits wait', async () => {
    const fixture = await fiveOrders();
    await fixture.append('order-3', 'paid');
    const processor = fixture.processor({
      handler: listing(poisonIn('order-3')),
      failurePolicy: { ...NEVER_RETRY, then: 'park' },
    });
    await settle(processor);
    await fixture.append('order-3', 'shipped');
    expect(await settle(processor)).toEqual({ kind: 'caught-up', position: 7 });
    expect(fixture.rows()).toEqual({ 'order-1': [1], 'order-2': [1], 'order-4': [1], 'order-5': [1] });
    expect(await fixture.store.listParked('orders@1')).toMatchObject([
      { stream: 'order-3', nextVersion: 1, position: 3, attempts: 1, errorMessage: 'cannot apply order-3' },
    ]);
    expect(processor.status().parked).toBe(1);
    expect(fixture.announced('parked')).toMatchObject([
      { stream: 'order-3', position: 3, error: { message: 'cannot apply order-3' } },
    ]);
  });

  it('is found in one step when the handler says which one it was', async () => {
    const fixture = await fiveOrders();
    const calls: number[] = [];
    const processor = fixture.processor({
      failurePolicy: NEVER_RETRY,
      handler: {
        effects: 'in-transaction',
        apply(commits) {
          calls.push(commits.length);
          const culprit = commits.find(poisonIn('order-4'));
          if (culprit) throw new ProjectionFailedError('orders@1', culprit, { cause: new Error('poison') });
        },
      },
    });
    await settle(processor);
    expect(calls).toEqual([5, 3, 1]);
  });

  it('is not to blame for a batch that fails only as a whole', async () => {
    const fixture = await fiveOrders();
    const { apply } = listing();
    const processor = fixture.processor({
      handler: {
        effects: 'in-transaction',
        apply(commits, tx) {
          if (commits.length > 1) throw new Error('too many at once');
          return apply(commits, tx);
        },
      },
    });
    expect(await settle(processor)).toEqual({ kind: 'caught-up', position: 5 });
    expect(processor.status().batchSize).toBe(250);
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it('is not to blame for what its transaction could not do this time', async () => {
    const fixture = await fiveOrders();
    let conflicts = 2;
    const store = new Proxy(fixture.store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (key !== 'transaction') return typeof value === 'function' ? value.bind(target) : value;
        return (...[id, work]: Parameters<Options['store']['transaction']>) =>
          target.transaction(id, async (tx) => {
            await work(tx);
            if (conflicts-- > 0)
              throw Object.assign(new Error('write conflict'), { code: 'conflict', retryable: true });
          });
      },
    });
    const processor = fixture.processor({ store, failurePolicy: NEVER_RETRY });
    expect((await processor.runOnce()).kind).toBe('unavailable');
    expect((await processor.runOnce()).kind).toBe('unavailable');
    await settle(processor);
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
  });

  it('does not let a sleeper that fails on it stop the instance that has taken over', async () => {
    const fixture = await fiveOrders();
    const asleep = new Gate();
    const sleeper = fixture.processor({
      handler: reacting(async () => {
        await asleep.pass();
        throw new Error('too late');
      }),
      failurePolicy: NEVER_RETRY,
    });
    const other = fixture.processor({ owner: 'two' });
    const step = sleeper.runOnce();
    await asleep.reached;
    await other.runOnce();
    fixture.time.sleep(3_000);
    await settle(other);
    asleep.open();
    expect(await step).toMatchObject({ kind: 'lease-lost' });
    expect(await fixture.store.readLease('orders@1')).toMatchObject({ state: 'active', owner: 'two' });
  });

  it('is to blame for what only shows when its transaction is committed', async () => {
    const fixture = await fiveOrders();
    const store = new Proxy(fixture.store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (key === 'transaction') return deferred.bind(undefined, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const deferred: (
      target: Options['store'],
      ...call: Parameters<Options['store']['transaction']>
    ) => Promise<unknown> = (target, id, work) =>
      target.transaction(id, async (tx) => {
        const result = await work(tx);
        if (tx.get<Rows>('rows')?.['order-2']) throw new Error('FOREIGN KEY constraint failed');
        return result;
      });
    expect(await settle(fixture.processor({ store, failurePolicy: NEVER_RETRY }))).toMatchObject({
      kind: 'stopped',
      error: { position: 2 },
    });
  });

  it.each([
    ['thrown as it is', new StoreUnavailableError('disk full', 'not-written')],
    [
      'wrapped by the handler',
      new Error('no', { cause: new StoreUnavailableError('disk full', 'not-written') }),
    ],
  ])('is not to blame for an unavailable storage, %s', async (_, error) => {
    const fixture = await fiveOrders();
    let outages = 20;
    const handler = listing(() => {
      if (outages-- > 0) throw error;
      return false;
    });
    const processor = fixture.processor({ handler, failurePolicy: { ...NEVER_RETRY, then: 'park' } });
    for (let outage = 0; outage < 20; outage += 1) {
      expect(await processor.runOnce()).toEqual({ kind: 'unavailable', error });
      expect(processor.status().state).toBe('unavailable');
    }
    await settle(processor);
    expect(fixture.rows()).toEqual(await foldOf(fixture.log));
    expect(await fixture.store.listParked('orders@1')).toEqual([]);
  });
});
