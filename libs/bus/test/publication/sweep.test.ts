import { publicationReport } from '@varve/bus';
import { describe, expect, it } from 'vitest';
import { committed } from './support/failing-logs.js';
import { placed, SWEEP_AFTER, World } from './support/world.js';

describe('A sweep', () => {
  it('walks sweepAfter behind, and publishes only what no confirmation has reached', async () => {
    const world = new World();
    await world.consume('order');
    const one = await world.instance();
    one.relay.start();
    await world.turn();
    committed(await one.orders.append('order-1', 0, [placed()]));
    await world.log.append('order-2', 0, [placed()], { commitId: 'unseen' });
    committed(await one.orders.append('order-3', 0, [placed()]));
    await world.log.append('order-4', 0, [placed()]);
    await world.pass(SWEEP_AFTER - 1_000);
    expect(world.visible()).toEqual(['order-1 1-1', 'order-3 1-1']);
    expect(one.relay.status()).toMatchObject({ position: 1, unconfirmed: 2, oldestUnconfirmed: 2 });
    expect(await publicationReport(world.log, world.store)).toMatchObject({
      position: 1,
      head: 4,
      confirmedAhead: 1,
      oldest: { position: 2, stream: 'order-2' },
      relay: { owner: 'one' },
    });
    await world.pass(3_000);
    expect(world.visible()).toEqual(['order-1 1-1', 'order-2 1-1', 'order-3 1-1', 'order-4 1-1']);
    expect(one.relay.status()).toMatchObject({ position: 4, swept: 2, unconfirmed: 0 });
    expect(one.told('swept').map(({ position }) => position)).toEqual([2, 4]);
    await one.relay.stop();
  });

  it('holds up no commit of a relayed category', async () => {
    const world = new World({ categories: { order: 'two-phase', customer: 'relay' } });
    await world.consume('order', 'customer');
    const one = await world.instance();
    one.relay.start();
    await world.log.append('order-1', 0, [placed()]);
    await world.log.append('customer-1', 0, [placed()]);
    await world.turn();
    expect(world.visible()).toEqual(['customer-1 1-1']);
    expect(one.relay.status()).toMatchObject({ position: 0, relayed: 1, unconfirmed: 1 });
    await world.pass(SWEEP_AFTER + 2_000);
    expect(world.visible()).toEqual(['customer-1 1-1', 'order-1 1-1']);
    expect(one.relay.status()).toMatchObject({ position: 2 });
    await one.relay.stop();
  });

  it('does not believe a confirmation of another commit at the same position, as after a restore', async () => {
    const world = new World();
    await world.consume('order');
    const one = await world.instance();
    await world.log.append('order-1', 0, [placed()], { commitId: 'new' });
    await world.store.recordConfirmed({ relay: 'relay', logId: world.log.logId }, [
      { position: 1, commitId: 'old' },
    ]);
    one.relay.start();
    await world.pass(SWEEP_AFTER + 2_000);
    expect(world.visible()).toEqual(['order-1 1-1']);
    await one.relay.stop();
  });

  it('of a long outage is at full speed, and repeats nothing that went through before a failure', async () => {
    const world = new World();
    await world.consume('order');
    for (let order = 1; order <= 3_000; order += 1)
      await world.log.append(`order-${order}`, 0, [placed()], { commitId: `c-${order}` });
    const one = await world.instance();
    let failures = 0;
    const prepare = one.bus.prepare.bind(one.bus);
    one.bus.prepare = (message) => {
      if (message.key === 'order-700' && failures++ < 3) world.broker.goDown();
      return prepare(message);
    };
    one.relay.start();
    for (let seconds = 0; seconds < 25; seconds += 1) {
      await world.pass(1_000);
      world.broker.comeBack();
    }
    expect(one.relay.status()).toMatchObject({ position: 3_000, unconfirmed: 0 });
    expect(world.distinct()).toHaveLength(3_000);
    expect(world.seen.length).toBeLessThan(3_300);
    await one.relay.stop();
  });

  it('looks for confirmations by the clock alone when no category is relayed', async () => {
    const world = new World();
    const one = await world.instance('one', { default: 'none' });
    one.relay.start();
    await world.pass(1_000);
    for (let order = 1; order <= 50; order += 1)
      committed(await one.orders.append(`order-${order}`, 0, [placed()]));
    const before = one.kinds().filter((kind) => kind === 'progressed').length;
    await world.pass(1_500);
    expect(one.relay.status()).toMatchObject({ position: 50, swept: 0 });
    expect(one.kinds().filter((kind) => kind === 'progressed').length - before).toBeLessThan(5);
    await one.relay.stop();
  });
});

describe('A category', () => {
  it('may change from two-phase to relay and back, and loses nothing', async () => {
    const world = new World();
    await world.consume('order');
    const stages = [{ order: 'two-phase' }, { order: 'relay' }, { order: 'two-phase' }] as const;
    let order = 0;
    for (const categories of stages) {
      const one = await world.instance('one', { categories });
      if (categories.order === 'relay') one.relay.start();
      for (let i = 0; i < 10; i += 1) {
        order += 1;
        if (order % 3 === 0)
          await world.log.append(`order-${order}`, 0, [placed()], { commitId: `c-${order}` });
        else committed(await one.orders.append(`order-${order}`, 0, [placed()]));
      }
      await one.publisher.flush();
      await world.turn();
      await one.relay.stop();
      one.crash();
    }
    const last = await world.instance('last');
    last.relay.start();
    await world.pass(SWEEP_AFTER + 5_000);
    expect(last.relay.status()).toMatchObject({ position: 30, unconfirmed: 0 });
    expect(world.distinct()).toHaveLength(30);
    await last.relay.stop();
  });

  it('that is relayed now needs no new topic if that one was made for two phases', async () => {
    const world = new World({ categories: {} });
    world.broker.createTopic({ name: 'order', kind: 'transactional' });
    world.broker.createTopic({ name: 'customer', kind: 'plain' });
    await world.consume('order', 'customer');
    for (let i = 1; i <= 20; i += 1)
      await world.log.append(`${i % 2 ? 'order' : 'customer'}-${i}`, 0, [placed()]);
    const one = await world.instance();
    await one.relay.runUntilCaughtUp();
    await world.log.append('order-99', 0, [placed()]);
    await one.relay.runUntilCaughtUp();
    await world.turn();
    expect(world.distinct()).toHaveLength(21);
    expect(one.relay.status()).toMatchObject({ position: 21, relayed: 21 });
  });
});
