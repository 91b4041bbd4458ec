import { MemoryMessageBus } from '@varve/bus/memory';
import { describe, expect, it } from 'vitest';
import { committed, landing } from './support/failing-logs.js';
import { intercepting } from './support/intercepting.js';
import { ASKED_AFTER, FENCE_AFTER, placed, SWEEP_AFTER, World } from './support/world.js';

describe('A two-phase append', () => {
  it('is no failure because its commit() is, and is swept, since nothing confirmed it', async () => {
    const world = new World({ broker: { transactions: { timeout: 1e6, checkInterval: 1e6 } } });
    await world.consume('order');
    const log = intercepting(world.log, 'append', async (append) => {
      const result = await append();
      world.broker.goDown();
      return result;
    });
    const one = await world.instance('one', { log });
    committed(await one.orders.append('order-1', 0, [placed()]));
    await one.publisher.flush();
    expect(one.told('commit-unconfirmed')).toMatchObject([{ position: 1 }]);
    expect(one.publisher.status()).toMatchObject({ committed: 0, toRecord: 0 });
    world.broker.comeBack();
    one.relay.start();
    await world.pass(SWEEP_AFTER + 3_000);
    await one.relay.stop();
    expect(world.visible()).toEqual(['order-1 1-1']);
    expect(one.told('swept')).toHaveLength(1);
  });

  it('is made without a half message while the broker is away, and comes by the sweep', async () => {
    const world = new World();
    await world.consume('order');
    const one = await world.instance();
    world.broker.goDown();
    const prepares: number[] = [];
    one.bus.onNotice(() => prepares.push(1));
    for (const order of [1, 2, 3]) committed(await one.orders.append(`order-${order}`, 0, [placed()]));
    expect(one.told('unreachable')).toHaveLength(3);
    expect(one.publisher.status()).toMatchObject({ leftToSweep: 3, committed: 0 });
    world.broker.comeBack();
    one.relay.start();
    await world.pass(SWEEP_AFTER + 3_000);
    expect(world.distinct()).toEqual(['order-1 1-1', 'order-2 1-1', 'order-3 1-1']);
    committed(await one.orders.append('order-4', 0, [placed()]));
    await world.turn();
    expect(world.distinct()).toHaveLength(4);
    expect(one.publisher.status()).toMatchObject({ leftToSweep: 3, committed: 1 });
    await one.relay.stop();
  });

  it('does not ask a broker that is away at every command', async () => {
    const world = new World();
    let asked = 0;
    const bus = new MemoryMessageBus({ broker: world.broker });
    const prepare = bus.prepare.bind(bus);
    bus.prepare = (message) => {
      asked += 1;
      return prepare(message);
    };
    const one = await world.instance('one', { bus });
    world.broker.goDown();
    for (let order = 1; order <= 100; order += 1)
      committed(await one.orders.append(`order-${order}`, 0, [placed()]));
    expect(asked).toBe(1);
    world.broker.comeBack();
    await world.pass(500);
    committed(await one.orders.append('order-101', 0, [placed()]));
    committed(await one.orders.append('order-102', 0, [placed()]));
    await one.publisher.flush();
    expect(asked).toBe(3);
    expect(one.publisher.status().committed).toBe(2);
  });

  it('does not wait longer for a broker than prepareTimeout', async () => {
    const world = new World();
    const bus = new MemoryMessageBus({ broker: world.broker });
    bus.prepare = () => new Promise(() => undefined);
    const one = await world.instance('one', { bus, prepareTimeout: 2_000 });
    const append = one.orders.append('order-1', 0, [placed()]);
    await world.pass(2_500);
    committed(await append);
    expect(one.told('unreachable')[0]?.error).toMatchObject({ code: 'broker-unavailable' });
  });

  it('is refused while the broker is away, if that is the option, and nothing is written', async () => {
    const world = new World();
    const one = await world.instance('one', { whenUnreachable: 'refuse' });
    world.broker.goDown();
    const append = one.orders.append('order-1', 0, [placed()], { commitId: 'place' });
    await expect(append).rejects.toMatchObject({ code: 'broker-unavailable', retryable: true });
    expect(await world.log.findCommit('place')).toEqual({ outcome: 'absent' });
    world.broker.comeBack();
    committed(await one.orders.append('order-1', 0, [placed()], { commitId: 'place' }));
  });

  it('that was refused because its half message came late is rolled back, and may be tried again at any time', async () => {
    const world = new World();
    await world.consume('order');
    const bus = new MemoryMessageBus({ broker: world.broker });
    const gate = Promise.withResolvers<undefined>();
    const prepare = bus.prepare.bind(bus);
    bus.prepare = async (message) => {
      await gate.promise;
      return prepare(message);
    };
    const one = await world.instance('one', { bus, whenUnreachable: 'refuse', prepareTimeout: 1_000 });
    const append = one.orders.append('order-1', 0, [placed()], { commitId: 'place' });
    const refused = expect(append).rejects.toMatchObject({ code: 'broker-unavailable' });
    await world.pass(1_500);
    await refused;
    gate.resolve(undefined);
    await world.turn();
    expect(world.broker.halfMessages.open).toBe(0);
    await world.pass(2 * FENCE_AFTER);
    committed(await one.orders.append('order-1', 0, [placed()], { commitId: 'place' }));
    await world.turn();
    expect(world.visible()).toEqual(['order-1 1-1']);
  });

  it('is refused when the broker refuses it for good, whatever the option', async () => {
    const world = new World();
    world.broker.createTopic({ name: 'order', kind: 'plain' });
    const one = await world.instance();
    const append = one.orders.append('order-1', 0, [placed()]);
    await expect(append).rejects.toMatchObject({ code: 'broker-refused', why: 'wrong-topic-type' });
    expect(await world.log.head()).toBe(0);
    expect(one.kinds()).toContain('not-answering');
    await one.publisher.close();
  });

  it('answers the broker as soon as it can be reached, though it was away at the start', async () => {
    const world = new World();
    await world.consume('order');
    world.broker.goDown();
    const one = await world.instance();
    expect(one.kinds()).toEqual(['not-answering']);
    world.broker.comeBack();
    await world.pass(1_000);
    const dying = await world.instance('dying', { log: landing(world.log) });
    void dying.orders.append('order-1', 0, [placed()]);
    await world.turn();
    dying.crash();
    await world.pass(2 * ASKED_AFTER);
    expect(world.visible()).toEqual(['order-1 1-1']);
  });
});
