import { MessageRejectedError } from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import { StoreUnavailableError } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { describe as describeCommit, paid, placed, World } from './support/world.js';

async function relayed(orders = 3): Promise<World> {
  const world = new World({ categories: {} });
  await world.consume('order');
  for (let order = 1; order <= orders; order += 1)
    await world.log.append(`order-${order}`, 0, [placed(), paid]);
  return world;
}

describe('A relay', () => {
  it('publishes each commit whole, with its position, in the order of the log', async () => {
    const world = await relayed();
    await world.log.append('order-1', 2, [placed(2)]);
    await world.log.closeStream('order-2', 2);
    const one = await world.instance();
    expect(await one.relay.runUntilCaughtUp()).toEqual({ kind: 'caught-up', position: 5 });
    await world.turn();
    expect(world.seen.map((commit) => `${commit.position}: ${describeCommit(commit)}`)).toEqual([
      '1: order-1 1-2',
      '2: order-2 1-2',
      '3: order-3 1-2',
      '4: order-1 3-3',
      '5: order-2 3-3',
    ]);
    expect(world.seen[4]?.events).toEqual([{ type: '$stream-closed', data: {} }]);
  });

  it('is woken by an append', async () => {
    const world = await relayed(0);
    const one = await world.instance();
    one.relay.start();
    await world.turn();
    await world.log.append('order-1', 0, [placed()]);
    await world.turn();
    expect(world.visible()).toEqual(['order-1 1-1']);
    await one.relay.stop();
    expect(world.time.pending).toBe(0);
  });

  it('moves its checkpoint only when the broker has confirmed, and catches up after an outage', async () => {
    const world = await relayed();
    const one = await world.instance();
    world.broker.goDown();
    one.relay.start();
    await world.pass(60_000);
    expect(one.relay.status()).toMatchObject({
      state: 'unavailable',
      position: 0,
      error: { code: 'broker-unavailable' },
    });
    for (let order = 4; order <= 2_000; order += 1) await world.log.append(`order-${order}`, 0, [placed()]);
    world.broker.comeBack();
    await world.pass(11_000, 1_000);
    expect(one.relay.status()).toMatchObject({ state: 'caught-up', position: 2_000, head: 2_000 });
    expect(world.distinct()).toHaveLength(2_000);
    await one.relay.stop();
  });

  it('publishes again what was not confirmed, and loses nothing', async () => {
    const world = new World({
      categories: {},
      broker: { chaos: { seed: 7, dropConfirmation: 0.3, dropRequest: 0.05 } },
    });
    await world.consume('order');
    for (let order = 1; order <= 300; order += 1)
      await world.log.append(`order-${order % 20}`, 'any', [placed()]);
    const one = await world.instance('one', { batch: { initial: 10, max: 10 } });
    one.relay.start();
    await world.pass(60_000, 250);
    expect(one.relay.status().position).toBe(300);
    expect(world.distinct()).toHaveLength(300);
    expect(world.seen.length).toBeGreaterThan(300);
    await one.relay.stop();
  });

  it('repeats nothing because its checkpoint could not be saved', async () => {
    const world = await relayed();
    await world.log.append('customer-1', 0, [placed()], { commitId: 'unseen' });
    await world.consume('customer');
    let failures = 0;
    const store = new Proxy(world.store, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof value !== 'function') return value;
        const call = value.bind(target) as (...args: unknown[]) => unknown;
        if (key !== 'transaction') return call;
        return async (...args: unknown[]) => {
          if (failures++ < 5) throw new StoreUnavailableError('the disk is full', 'not-written');
          return call(...args);
        };
      },
    });
    const one = await world.instance('one', { store, categories: { customer: 'two-phase' }, sweepAfter: 1 });
    one.relay.start();
    await world.pass(30_000);
    expect(failures).toBeGreaterThan(5);
    expect(one.relay.status()).toMatchObject({ state: 'caught-up', position: 4, relayed: 3, swept: 1 });
    expect(world.visible()).toEqual(['customer-1 1-1', 'order-1 1-2', 'order-2 1-2', 'order-3 1-2']);
    await one.relay.stop();
  });

  it('finishes at a stop what is on its way to the broker, and waits a second at most', async () => {
    const world = await relayed();
    const bus = new MemoryMessageBus({ broker: world.broker });
    const gate = Promise.withResolvers<undefined>();
    let signal: AbortSignal | undefined;
    bus.publish = async (_, options) => {
      signal = options?.signal;
      await Promise.race([
        gate.promise,
        new Promise((resolve) => signal?.addEventListener('abort', resolve)),
      ]);
      signal?.throwIfAborted();
    };
    const one = await world.instance('one', { bus });
    one.relay.start();
    await world.turn();
    const stopped = one.relay.stop();
    gate.resolve(undefined);
    await stopped;
    expect((await world.store.load('relay'))?.position).toBe(3);

    await world.log.append('order-4', 0, [placed()]);
    const never = new MemoryMessageBus({ broker: world.broker });
    never.publish = (_, options) =>
      new Promise((_resolve, reject) => {
        options?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const two = await world.instance('two', { bus: never });
    two.relay.start();
    await world.turn();
    const givenUp = two.relay.stop();
    await world.pass(1_500);
    await givenUp;
    expect(two.relay.status()).toMatchObject({ state: 'ended', position: 3 });
    expect(world.time.pending).toBe(0);
  });

  it('refuses a log from which a power cut could take back what it has published', async () => {
    const file = join(temporaryFolder(), 'log.db');
    const log = await SqliteEventStore.open({ file, durability: 'process-crash' });
    expect(() => new World({ categories: {} }).instanceOf({ log })).toThrow("durability 'process-crash'");
    await log.close();
  });

  it('is taken over when its process dies, and only then', async () => {
    const world = await relayed();
    const one = await world.instance('one');
    const two = await world.instance('two');
    await one.relay.runOnce();
    expect(await two.relay.runUntilCaughtUp()).toMatchObject({ kind: 'standby' });
    await world.log.append('order-9', 0, [placed()]);
    two.relay.start();
    await world.pass(2_500);
    expect(two.relay.status().state).toBe('standby');
    await world.pass(2_000);
    expect(two.relay.status()).toMatchObject({ state: 'caught-up', position: 4, relayed: 1 });
    expect(world.visible()).toHaveLength(4);
    expect(await one.relay.runOnce()).toMatchObject({ kind: 'lease-lost' });
    await two.relay.stop();
  });

  it('leaves out what is not to be published, and passes it', async () => {
    const world = new World({ categories: { audit: 'none' } });
    await world.consume('order', 'audit');
    await world.log.append('audit-1', 0, [placed()]);
    await world.log.append('order-1', 0, [placed()]);
    await world.log.append('audit-1', 1, [placed()]);
    const one = await world.instance();
    await one.relay.runUntilCaughtUp();
    await world.turn();
    expect(world.visible()).toEqual(['order-1 1-1']);
    expect(one.relay.status().position).toBe(3);
  });

  it('waits for as long as the broker refuses, says why, and goes on by itself', async () => {
    const world = new World({ categories: {}, broker: { createTopics: false } });
    for (const order of [1, 2, 3]) await world.log.append(`order-${order}`, 0, [placed(), paid]);
    const one = await world.instance('one', { failurePolicy: { retries: 1, firstDelay: 1 } });
    one.relay.start();
    await world.pass(600_000, 5_000);
    expect(one.relay.status()).toMatchObject({
      state: 'unavailable',
      position: 0,
      error: { code: 'broker-refused', message: expect.stringContaining('order') as string },
    });
    expect(one.kinds()).not.toContain('stopped');
    world.broker.createTopic({ name: 'order', kind: 'plain' });
    await world.pass(10_000);
    expect(one.relay.status()).toMatchObject({ state: 'caught-up', position: 3, relayed: 3 });
    await one.relay.stop();
    expect(world.time.pending).toBe(0);
  });

  it('stops with the reason when it is the message that is refused, and goes on when it is resumed', async () => {
    const world = await relayed();
    const bus = new MemoryMessageBus({ broker: world.broker });
    let refuses = true;
    const publish = bus.publish.bind(bus);
    bus.publish = async (messages, options) => {
      if (refuses) throw new MessageRejectedError('no attribute');
      return publish(messages, options);
    };
    const one = await world.instance('one', { bus, failurePolicy: { retries: 1, firstDelay: 1 } });
    one.relay.start();
    await world.pass(100, 10);
    expect(one.relay.status()).toMatchObject({
      state: 'stopped',
      position: 0,
      error: { message: 'no attribute' },
    });
    refuses = false;
    await one.relay.resume();
    await world.turn();
    expect(one.relay.status()).toMatchObject({ state: 'caught-up', position: 3 });
    await one.relay.stop();
  });

  it.each(['relay', 'two-phase'] as const)(
    'publishes commits with metadata and times that no header carries (%s)',
    async (mode) => {
      const world = new World({ categories: { order: mode } });
      await world.consume('order');
      const one = await world.instance();
      const odd = [
        { tenant: '\ud800' },
        { tenant: 'x'.repeat(1_100_000) },
        { traceparent: 'y'.repeat(5_000) },
      ];
      for (const [i, metadata] of odd.entries())
        await one.orders.append(`order-${i}`, 0, [{ ...placed(), metadata }]);
      const times = [-8.64e15, 253_402_300_800_000, 8.64e15].map((at) => new Date(at));
      for (const [i, at] of times.entries()) await one.orders.append(`order-9${i}`, 0, [placed()], { at });
      await one.relay.runUntilCaughtUp();
      await world.turn();
      expect(world.visible()).toEqual(['0', '1', '2', '90', '91', '92'].map((order) => `order-${order} 1-1`));
      expect(world.seen.slice(-3).map(({ at }) => at)).toEqual(times);
      if (mode === 'two-phase')
        expect(one.publisher.status()).toMatchObject({ committed: 6, leftToSweep: 0 });
    },
  );

  it('stops when the log is not the one that it came from', async () => {
    const world = await relayed();
    await (await world.instance()).relay.runUntilCaughtUp();
    await world.store.setState('relay', 'active');
    const other = new InMemoryEventStore();
    await other.append('order-1', 0, [placed()]);
    const one = await world.instance('one', { log: other });
    expect(await one.relay.runUntilCaughtUp()).toMatchObject({
      kind: 'stopped',
      error: { code: 'log-diverged' },
    });
  });

  it('sends as a pointer what is too large, among others that are not', async () => {
    const world = await relayed();
    await world.log.append('order-4', 0, [{ type: 'order.placed', data: 'x'.repeat(5_000) }]);
    await world.log.append('order-5', 0, [placed()]);
    const one = await world.instance('one', { maxBytes: 2_000 });
    await one.relay.runUntilCaughtUp();
    await world.turn();
    expect(world.seen.filter(({ events }) => !events).map(({ stream }) => stream)).toEqual(['order-4']);
    expect(world.visible()).toHaveLength(5);
    expect(one.told('sent-as-pointer')).toHaveLength(1);
  });

  it('sends as pointers what only the broker finds too large', async () => {
    const world = await relayed();
    const bus = new MemoryMessageBus({ broker: world.broker, maxBytes: 700 });
    Object.defineProperty(bus, 'capabilities', { value: { ...bus.capabilities, maxBytes: 1e6 } });
    const publish = bus.publish.bind(bus);
    bus.publish = async (messages, options) => {
      if (messages.some(({ event, key }) => key === 'order-2' && event.type === 'varve.commit'))
        throw Object.assign(new Error('too large'), { code: 'message-too-large', retryable: false });
      return publish(messages, options);
    };
    const one = await world.instance('one', { bus });
    await one.relay.runUntilCaughtUp();
    await world.turn();
    expect(world.seen.filter(({ events }) => !events).map(({ stream }) => stream)).toEqual(['order-2']);
  });

  it('sends nothing but pointers, if that is the option', async () => {
    const world = await relayed();
    const one = await world.instance('one', { pointers: 'always' });
    await one.relay.runUntilCaughtUp();
    await world.turn();
    expect(world.seen.map(({ events }) => events)).toEqual([undefined, undefined, undefined]);
  });
});
