import { MemoryMessageBus } from '@varve/bus/memory';
import type { EventStore } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { committed } from './support/failing-logs.js';
import { intercepting } from './support/intercepting.js';
import { placed, World } from './support/world.js';

const stores: SqliteEventStore[] = [];

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
});

describe('A two-phase append', () => {
  it('that is too large goes as a pointer, and with pointers "always" each does', async () => {
    const world = new World();
    await world.consume('order');
    const one = await world.instance('one', { maxBytes: 2_000 });
    const large = { type: 'order.placed', data: { notes: 'x'.repeat(5_000) } };
    committed(await one.orders.append('order-1', 0, [large]));
    committed(await one.orders.append('order-2', 0, [placed()]));
    const always = await world.instance('two', { pointers: 'always' });
    committed(await always.orders.append('order-3', 0, [placed()]));
    await world.turn();
    const pointers = world.seen.filter(({ events }) => events === undefined).map(({ stream }) => stream);
    expect(pointers.sort()).toEqual(['order-1', 'order-3']);
    expect(world.visible()).toHaveLength(3);
  });

  it('is prepared as it is when append is called, whatever the caller changes afterwards', async () => {
    const world = new World();
    await world.consume('order');
    const one = await world.instance();
    const data = { number: 1 };
    const append = one.orders.append('order-1', 0, [{ type: 'order.placed', data }]);
    data.number = 2;
    await append;
    await world.turn();
    expect(world.seen[0]?.events).toEqual([{ type: 'order.placed', data: { number: 1 } }]);
    for await (const event of world.log.readStream('order-1')) expect(event.data).toEqual({ number: 1 });
  });

  it('is checked before anything is prepared', async () => {
    const world = new World();
    const one = await world.instance();
    const wrong: [Parameters<EventStore['append']>, string][] = [
      [['order-1', 0, [{ type: 'order.placed', data: { at: new Date() } }]], 'invalid-event'],
      [['order-1', 0, []], 'invalid-argument'],
      [['order-1', -1, [placed()]], 'invalid-argument'],
      [['order-1', 0, [placed()], { commitId: '' }], 'invalid-argument'],
      [['order-1', 0, [placed()], { at: new Date(Number.NaN) }], 'invalid-argument'],
    ];
    for (const [request, code] of wrong)
      await expect(one.orders.append(...request)).rejects.toMatchObject({ code });
    expect(one.events).toEqual([]);
  });

  it('waits for nobody else: 64 at once are prepared at once and written in a few transactions', async () => {
    const file = join(temporaryFolder(), 'log.db');
    const log = await SqliteEventStore.open({ file });
    const watch = await SqliteEventStore.open({ file });
    stores.push(log, watch);
    const world = new World({ log });
    let preparing = 0;
    let most = 0;
    const gate = Promise.withResolvers<undefined>();
    const bus = new MemoryMessageBus({ broker: world.broker });
    const prepare = bus.prepare.bind(bus);
    bus.prepare = async (message) => {
      most = Math.max(most, ++preparing);
      if (preparing === 64) gate.resolve(undefined);
      await gate.promise;
      return prepare(message);
    };
    let appending = 0;
    let together = 0;
    const counting = intercepting(log, 'append', async (append) => {
      together = Math.max(together, ++appending);
      return append().finally(() => (appending -= 1));
    });
    const one = await world.instance('one', { bus, log: counting });
    await Promise.all(
      Array.from({ length: 64 }, (_, i) => one.orders.append(`order-${i}`, 'no-stream', [placed(i)])),
    );
    expect([most, together]).toEqual([64, 64]);
    expect(await watch.head()).toBe(64);
  });

  it('of another category goes straight to the log, and so does everything else that the store can do', async () => {
    const log = await SqliteEventStore.open({ file: join(temporaryFolder(), 'log.db') });
    stores.push(log);
    const world = new World({ log });
    const one = await world.instance();
    const store = one.orders as SqliteEventStore;
    committed(await store.append('customer-1', 'any', [{ type: 'customer.met', data: {} }]));
    expect(one.kinds()).toEqual([]);
    expect(store).toBeInstanceOf(SqliteEventStore);
    expect(store.location).toBe(log.location);
    expect(store.durability).toBe('power-cut');
    const commit = await store.commitAt(1);
    const mark = { stream: 'customer-1', firstVersion: 1, at: commit!.at.getTime() };
    await store.saveSnapshot('customer-1', { version: 1, revision: 'a', mark, state: {} });
    expect(await store.loadSnapshot('customer-1', 'a')).toMatchObject({ version: 1 });
    const payloads = [];
    for await (const events of store.readPayloads('customer-1')) payloads.push(...events);
    expect(payloads).toHaveLength(1);
    expect(await store.verify()).toMatchObject({ problems: [] });
  });

  it('that was answered is told to the broker before the store is closed', async () => {
    const world = new World();
    await world.consume('order');
    const one = await world.instance();
    await one.orders.append('order-1', 0, [placed()]);
    await one.orders.close();
    expect(one.publisher.status()).toMatchObject({ deciding: 0, toRecord: 0, committed: 1 });
    expect(await world.store.confirmedBetween({ relay: 'relay', logId: world.log.logId }, 0, 9)).toHaveLength(
      1,
    );
    await world.turn();
    expect(world.visible()).toEqual(['order-1 1-1']);
  });

  it('is refused at the start on a bus without two phases, with the alternative', () => {
    const world = new World();
    const bus = new MemoryMessageBus({ broker: world.broker });
    Object.defineProperty(bus, 'capabilities', { value: { ...bus.capabilities, twoPhase: false } });
    expect(() => world.instanceOf({ bus })).toThrow(/Use 'relay'.*RocketMQ/);
    expect(() => world.instanceOf({ bus })).toThrow(expect.objectContaining({ option: 'categories.order' }));
    expect(() => world.instanceOf({ fenceAfter: 0 })).toThrow('fenceAfter');
    expect(() => world.instanceOf({ whenUnreachable: 'hope' as 'refuse' })).toThrow('whenUnreachable');
  });
});
