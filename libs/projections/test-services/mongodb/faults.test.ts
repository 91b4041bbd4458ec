import { InMemoryEventStore } from '@varve/eventstore/testing';
import type { MongoReadModels } from '@varve/projections/mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { unconfirmed, WireProxy, type WireFault } from '../../../../test/services/mongodb/wire/index.js';
import { pairs, readPairs, ReadModelsBench, writePair, type Place } from './bench.js';
import { charge, foldOf, projector, rowsOf, totals } from './orders.js';
import { describeTransactional } from './servers.js';

const refusal = (code: number, label?: string): WireFault => ({
  does: 'answer',
  with: { ok: 0, code, errmsg: 'injected', ...(label && { errorLabels: [label] }) },
});

describeTransactional('read models in MongoDB, through a network and a server in trouble', (server) => {
  const bench = new ReadModelsBench(server);
  let proxy: WireProxy;
  beforeAll(async () => {
    proxy = await WireProxy.open(server.uri);
  });
  afterAll(async () => {
    await proxy.close();
    await bench.dispose();
  });

  let place: Place;
  let through: MongoReadModels;
  let directly: MongoReadModels;
  beforeEach(async () => {
    place = bench.newPlace();
    directly = await bench.open(place);
    await directly.createVersion(pairs('pairs', 1), 'log-a', 'first');
    through = await bench.open(place, { uri: proxy.uri, commandTimeout: 2_000 });
  });
  afterEach(() => proxy.clear());

  async function step(position: number): Promise<boolean> {
    const from = (await directly.load('pairs@1'))!;
    return through.transaction('pairs@1', async (tx) => {
      await writePair(tx, 'at', String(position));
      return through.save(tx, 'pairs@1', from, { logId: 'log-a', position });
    });
  }

  async function standsAt(): Promise<unknown[]> {
    return [(await directly.load('pairs@1'))?.position, (await readPairs(directly, 'pairs'))['at']];
  }

  describe('a step is done again, and kept once', () => {
    const ofTheRow = { command: 'update' as const };
    it.each<[string, WireFault]>([
      ['a passing failure of the transaction', refusal(251, 'TransientTransactionError')],
      ['a conflict without a label', refusal(112)],
      ['a primary that steps down', refusal(10_107, 'TransientTransactionError')],
      ['a code that nobody knows', refusal(16_777_220)],
      ['a connection that breaks before the write', { does: 'cut' }],
      ['a connection that breaks after it', { does: 'swallow' }],
    ])('after %s', async (_what, fault) => {
      const trap = proxy.on(ofTheRow, fault);
      expect(await step(1)).toBe(true);
      expect(trap.caught).toHaveLength(1);
      expect(await standsAt()).toEqual([1, '1']);
    });

    it('when its commit was refused because the transaction is gone', async () => {
      proxy.on({ command: 'commitTransaction' }, refusal(251, 'TransientTransactionError'));
      expect(await step(1)).toBe(true);
      expect(await standsAt()).toEqual([1, '1']);
    });
  });

  describe('a commit is asked for again', () => {
    it.each<[string, WireFault]>([
      ['when its outcome is unknown', refusal(50, 'UnknownTransactionCommitResult')],
      ['when no primary takes it', refusal(10_107, 'RetryableWriteError')],
      ['when its connection breaks before it arrives', { does: 'cut' }],
    ])('%s', async (_what, fault) => {
      const trap = proxy.on({ command: 'commitTransaction' }, fault);
      expect(await step(1)).toBe(true);
      expect(trap.caught).toHaveLength(1);
      expect(await standsAt()).toEqual([1, '1']);
    });

    it('and is an unknown outcome when no majority confirms it: the checkpoint tells', async () => {
      proxy.on({ command: 'commitTransaction', times: Infinity }, unconfirmed);
      await expect(step(1)).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
      const [position, row] = await standsAt();
      expect(row).toBe(position === 1 ? '1' : undefined);
    });
  });

  it('a projector comes through all of it with rows that are equal to the fold', async () => {
    const log = new InMemoryEventStore();
    for (let i = 0; i < 60; i++) await charge(log, `order-${i % 5}`, i);
    const faults: WireFault[] = [
      refusal(112),
      refusal(251, 'TransientTransactionError'),
      { does: 'swallow' },
      { does: 'cut' },
    ];
    for (const [index, fault] of faults.entries()) {
      proxy.on({ command: 'commitTransaction', nth: 3 + index * 3 }, fault);
      proxy.on({ command: 'update', nth: 5 + index * 7 }, fault);
    }
    const batch = { initial: 3, max: 3 };
    const running = projector({
      log,
      readModels: through,
      projections: [totals()],
      batch,
      leaseDuration: 500,
    });
    await running.start();
    await until(async () => (await directly.load('totals@1'))?.position === 60, { timeout: 30_000 });
    await running.stop();

    expect(await rowsOf(directly)).toEqual(await foldOf(log));
  });
});
