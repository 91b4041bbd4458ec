import { commitMessage } from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import type { Commit, RecordedEvent } from '@varve/eventstore';
import type { InMemoryEventStore } from '@varve/eventstore/testing';
import { feedGroups, rebuild, type BusFeed, type ProjectorEvent } from '@varve/projections';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { charge, foldOf, newLog, openReadModels, projector, rowsOf, totals as plain } from './orders.js';
import type { TotalsOptions } from './totals.js';

const buses: MemoryMessageBus[] = [];

afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close();
});

function newBus(): MemoryMessageBus {
  const bus = new MemoryMessageBus();
  buses.push(bus);
  return bus;
}

const totals = (options?: TotalsOptions) => ({ ...plain(options), categories: ['order'] });

/** So far behind that in these tests nothing comes by the log which the bus has not lost. */
const FAR_BEHIND = 60_000;

async function publish(bus: MemoryMessageBus, log: InMemoryEventStore, after = 0): Promise<void> {
  for await (const { commits } of log.readAll(after)) {
    const { logId } = log;
    await bus.publish(commits.map((commit: Commit) => commitMessage(commit, { logId, topic: 'order' })));
  }
}

async function fed(options: Partial<BusFeed> = {}) {
  const [log, bus, readModels] = [newLog(), newBus(), await openReadModels()];
  const feed: BusFeed = { bus, walkBehind: FAR_BEHIND, startFrom: 'earliest', hold: 5, ...options };
  return { log, bus, readModels, feed };
}

describe('a projection that is fed by a bus', () => {
  it('shows what came over the bus before the walk along the log has come there, and says so to whoever waits', async () => {
    const { log, bus, readModels, feed } = await fed();
    const one = projector({ log, readModels, projections: [totals()], feed });
    await one.start();
    await until(() =>
      one.status().then(({ projections }) => projections[0]?.live?.here?.feed?.state === 'running'),
    );
    const position = await charge(log, 'order-1', 5);
    const wait = one.waitFor({ stream: 'order-1', version: 1 }, 'totals');
    await publish(bus, log);
    expect(await wait).toEqual({ reached: true, position: 0 });
    expect(await one.waitFor(position, 'totals')).toEqual({ reached: true, position: 0 });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
    expect(await one.waitFor({ stream: 'order-1', version: 2 }, 'totals', { timeout: 0 })).toMatchObject({
      reached: false,
      reason: 'timeout',
    });
    await one.runUntilCaughtUp();
    expect(await one.waitFor(position, 'totals')).toEqual({ reached: true, position });
  });

  it('waits for a stream and version of a projection that follows the log alone', async () => {
    const { log, readModels } = await fed();
    const one = projector({ log, readModels, projections: [totals()] });
    await charge(log, 'order-1', 5);
    await one.runUntilCaughtUp();
    expect(await one.waitFor({ stream: 'order-1', version: 1 }, 'totals')).toEqual({
      reached: true,
      position: 1,
    });
    await log.append('customer-1', 'any', [{ type: 'customer.moved', data: {} }]);
    expect(await one.waitFor({ stream: 'customer-1', version: 1 }, 'totals', { timeout: 0 })).toMatchObject({
      reached: false,
    });
    await one.runUntilCaughtUp();
    expect(await one.waitFor({ stream: 'customer-1', version: 1 }, 'totals')).toMatchObject({
      reached: true,
    });
  });

  it('gets what the bus has lost from the log, some moments later', async () => {
    const { log, bus, readModels, feed } = await fed({ walkBehind: 50 });
    const one = projector({ log, readModels, projections: [totals()], feed });
    await one.start();
    for (let i = 0; i < 20; i++) await charge(log, `order-${i % 3}`, i);
    await publish(bus, log, 10);
    await charge(log, 'order-1', 100);
    await until(async () => JSON.stringify(await rowsOf(readModels)) === JSON.stringify(await foldOf(log)));
  });

  it('goes from the log to the bus, back and on again, and has every event once', async () => {
    const { log, bus, readModels, feed } = await fed();
    const write = async () => {
      for (let i = 0; i < 10; i++) await charge(log, `order-${i % 3}`, i);
    };
    for (const source of [undefined, feed, undefined, feed]) {
      const one = projector({ log, readModels, projections: [totals()], ...(source && { feed: source }) });
      await one.start();
      if (!source) await one.runUntilCaughtUp();
      await write();
      await publish(bus, log);
      await until(async () => JSON.stringify(await rowsOf(readModels)) === JSON.stringify(await foldOf(log)));
      await one.stop();
    }
    const seen = (await rowsOf(readModels)).reduce((sum, { events }) => sum + events, 0);
    expect(seen).toBe(40);
  });

  it('is rebuilt from the log while the bus feeds the live rows, and both are the same', async () => {
    const { log, bus, readModels, feed } = await fed();
    for (let i = 0; i < 30; i++) await charge(log, `order-${i % 7}`, i);
    const one = projector({ log, readModels, projections: [totals()], feed });
    await one.start();
    await one.waitFor(30, 'totals');
    // Ahead of its position by the bus, and some of it is not there yet.
    for (let i = 0; i < 10; i++) await charge(log, `order-${i}`, i);
    await publish(bus, log, 35);
    expect(await one.waitFor(40, 'totals')).toMatchObject({ reached: true, position: 30 });
    const result = await rebuild({
      log,
      readModels,
      projection: totals(),
      verify: 'require',
      leaseDuration: 200,
    });
    expect(result).toMatchObject({ outcome: 'switched', verification: { verdict: 'same', position: 30 } });
    await charge(log, 'order-1', 7);
    await until(async () => (await one.status()).projections[0]?.live?.here?.feed?.state === 'running');
    await publish(bus, log, 40);
    expect(await one.waitFor({ stream: 'order-1', version: 7 }, 'totals')).toMatchObject({ reached: true });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });

  it('finds a difference between rows that were fed and rows that are rebuilt', async () => {
    const { log, bus, readModels, feed } = await fed();
    const one = projector({ log, readModels, projections: [totals({ times: 2 })], feed });
    await one.start();
    await until(async () => (await one.status()).projections[0]?.live?.here?.feed?.state === 'running');
    await charge(log, 'order-1', 5);
    await publish(bus, log);
    await one.waitFor({ stream: 'order-1', version: 1 }, 'totals');
    const result = await rebuild({
      log,
      readModels,
      projection: totals(),
      verify: 'require',
      leaseDuration: 200,
    });
    expect(result).toMatchObject({ outcome: 'held', verification: { verdict: 'different', differing: 1 } });
  });

  it('is not compared with a version that another instance builds, and that is said soon', async () => {
    const { log, bus, readModels, feed } = await fed();
    const old = projector({ log, readModels, projections: [totals()], feed });
    await old.start();
    await until(async () => (await old.status()).projections[0]?.live?.here?.feed?.state === 'running');
    await charge(log, 'order-1', 5);
    await publish(bus, log);
    await old.waitFor({ stream: 'order-1', version: 1 }, 'totals');
    await readModels.createVersion(totals({ version: 2 }), log.logId, 'next');
    const row = await readModels.readLease('totals@2');
    const lease = await readModels.acquire('totals@2', 'another instance', row!);
    const alive = setInterval(() => void readModels.renew(lease!), 10);
    try {
      const projection = totals({ version: 2 });
      const result = await rebuild({ log, readModels, projection, verify: 'require', leaseDuration: 100 });
      expect(result).toMatchObject({
        outcome: 'held',
        reason: 'not-verified',
        verification: { verdict: 'not-comparable', why: 'built-elsewhere' },
      });
    } finally {
      clearInterval(alive);
    }
  });

  it('is built anew for a new version by walking alone, and the new version is subscribed once it is live', async () => {
    const { log, bus, readModels, feed } = await fed();
    for (let i = 0; i < 10; i++) await charge(log, `order-${i % 3}`, i);
    const old = projector({ log, readModels, projections: [totals()], feed });
    await old.start();
    await old.waitFor(10, 'totals');
    const events: ProjectorEvent[] = [];
    const next = projector({
      log,
      readModels,
      projections: [totals({ version: 2, times: 10 })],
      feed,
      onEvent: (event) => events.push(event),
    });
    await next.start();
    await until(() => events.some(({ kind }) => kind === 'switched'));
    await until(async () => (await next.status()).projections[0]?.live?.here?.feed?.state === 'running');
    expect(await readModels.appliedUpTo('totals@2')).toBe(10);
    await charge(log, 'order-1', 7);
    await publish(bus, log, 10);
    expect(await next.waitFor({ stream: 'order-1', version: 4 }, 'totals')).toMatchObject({ reached: true });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log, 10));
  });

  it('sees events without a position, whichever source they come from', async () => {
    const { log, bus, readModels, feed } = await fed();
    const seen: RecordedEvent[] = [];
    await charge(log, 'order-1', 1);
    const one = projector({
      log,
      readModels,
      projections: [totals({ before: (event) => void seen.push(event) })],
      feed,
    });
    await one.start();
    await one.waitFor(1, 'totals');
    await charge(log, 'order-1', 2);
    await publish(bus, log, 1);
    await one.waitFor(2, 'totals');
    expect(seen.map((event) => [event.version, 'position' in event])).toEqual([
      [1, false],
      [2, false],
    ]);
  });

  it('is refused with order log, without topics, and under a name that is none; others follow the log beside it', async () => {
    const { log, readModels, feed } = await fed();
    const options = { log, readModels };
    expect(() => projector({ ...options, projections: [totals({ order: 'log' })], feed })).toThrow(
      /has order 'log' and is fed by a bus/,
    );
    expect(() => projector({ ...options, projections: [plain()], feed })).toThrow(/names no categories/);
    expect(() =>
      projector({ ...options, projections: [totals()], feed: { ...feed, projections: ['total'] } }),
    ).toThrow(/"total" is none of the projections: totals/);
    projector({ ...options, projections: [totals({ order: 'log' })], feed: { ...feed, projections: [] } });
    expect(feedGroups({ ...feed, topics: ['a', 'b'] }, [plain()], 'shop')).toEqual([
      { name: 'varve-shop-totals', topics: ['a', 'b'], order: 'none' },
    ]);
  });
});
