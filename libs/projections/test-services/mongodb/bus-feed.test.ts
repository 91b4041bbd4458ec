import { commitMessage } from '@varve/bus';
import { MemoryMessageBus } from '@varve/bus/memory';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { rebuild, type BusFeed } from '@varve/projections';
import { afterAll, afterEach, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { ReadModelsBench } from './bench.js';
import { charge, foldOf, projector, rowsOf, totals as plain, type TotalsOptions } from './orders.js';
import { describeTransactional } from './servers.js';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const totals = (options?: TotalsOptions) => ({ ...plain(options), categories: ['order'] });

/** So far behind that in these tests nothing comes by the log which the bus has not lost. */
const FAR_BEHIND = 60_000;

async function publish(bus: MemoryMessageBus, log: InMemoryEventStore, after = 0): Promise<void> {
  for await (const { commits } of log.readAll(after)) {
    await bus.publish(commits.map((commit) => commitMessage(commit, { logId: log.logId, topic: 'order' })));
  }
}

describeTransactional('read models in MongoDB that are fed by a bus', (server) => {
  const bench = new ReadModelsBench(server);
  afterAll(() => bench.dispose());

  async function fed(options: Partial<BusFeed> = {}) {
    const log = new InMemoryEventStore();
    const bus = new MemoryMessageBus();
    const readModels = await bench.open(bench.newPlace());
    closing.push(
      () => readModels.close(),
      () => bus.close(),
    );
    const feed: BusFeed = { bus, walkBehind: FAR_BEHIND, startFrom: 'earliest', hold: 5, ...options };
    const start = async (source?: BusFeed) => {
      const projections = [totals()];
      const one = projector({ log, readModels, projections, ...(source && { feed: source }) });
      await one.start();
      closing.push(() => one.stop());
      return one;
    };
    const isEqual = async () =>
      JSON.stringify(await rowsOf(readModels)) === JSON.stringify(await foldOf(log));
    return { log, bus, readModels, feed, start, isEqual };
  }

  it('show what came over the bus, and get what it has lost from the log', async () => {
    const { log, bus, feed, start, isEqual } = await fed({ walkBehind: 50 });
    const one = await start(feed);
    for (let i = 0; i < 20; i += 1) await charge(log, `order-${i % 3}`, i);
    await publish(bus, log, 10);
    await charge(log, 'order-1', 100);
    expect(await one.waitFor({ stream: 'order-1', version: 8 }, 'totals')).toMatchObject({ reached: true });
    await until(isEqual);
  });

  it('go from the log to the bus, back and on again, and have every event once', async () => {
    const { log, bus, readModels, feed, start, isEqual } = await fed();
    for (const source of [undefined, feed, undefined, feed]) {
      const one = await start(source);
      for (let i = 0; i < 10; i += 1) await charge(log, `order-${i % 3}`, i);
      await publish(bus, log);
      await until(isEqual);
      await one.stop();
    }
    expect((await rowsOf(readModels)).reduce((sum, { events }) => sum + events, 0)).toBe(40);
  });

  it('are rebuilt from the log while the bus feeds the live rows, and both are the same', async () => {
    const { log, bus, readModels, feed, start, isEqual } = await fed();
    for (let i = 0; i < 30; i += 1) await charge(log, `order-${i % 7}`, i);
    const one = await start(feed);
    await one.waitFor(30, 'totals');
    for (let i = 0; i < 10; i += 1) await charge(log, `order-${i}`, i);
    await publish(bus, log, 35);
    expect(await one.waitFor(40, 'totals')).toMatchObject({ reached: true });
    const options = { log, readModels, projection: totals(), leaseDuration: 500 };
    const result = await rebuild({ ...options, verify: 'require' });
    expect(result).toMatchObject({ outcome: 'switched', verification: { verdict: 'same' } });
    await charge(log, 'order-1', 7);
    await publish(bus, log, 40);
    await until(isEqual);
  });
});
