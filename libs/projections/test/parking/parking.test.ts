import { defineProjection, discardParked, listParked, retryParked, showParked } from '@varve/projections';
import type { SqliteReadModels, SqliteTransaction } from '@varve/projections/sqlite';
import { describe, expect, it } from 'vitest';
import { until } from '../../../../test/support/until.js';
import {
  AT_ONCE,
  charge,
  foldOf,
  newLog,
  openReadModels,
  projector,
  rowsOf,
  totals,
} from '../projection/orders.js';

const PARK = { ...AT_ONCE, then: 'park' as const };

/** Fails for one stream until it is mended. */
function breakable(stream: string) {
  const state = { isBroken: true };
  const before = (event: { stream: string }) => {
    if (state.isBroken && event.stream === stream) throw new Error('out of ink');
  };
  return { mend: () => void (state.isBroken = false), projection: totals({ before, failurePolicy: PARK }) };
}

async function parkedOrder() {
  const [log, readModels] = [newLog(), await openReadModels()];
  const { mend, projection } = breakable('order-1');
  for (const cents of [1, 2, 3]) {
    await charge(log, 'order-1', cents);
    await charge(log, 'order-2', cents);
  }
  const one = projector({ log, readModels, projections: [projection] });
  await one.runUntilCaughtUp();
  return { log, readModels, one, mend };
}

describe('a stream that cannot be applied', () => {
  it('is listed with why and where, while the others go on', async () => {
    const { readModels } = await parkedOrder();
    expect(await rowsOf(readModels)).toEqual([{ id: 'order-2', cents: 6, events: 3 }]);
    expect(await listParked(readModels)).toMatchObject([
      {
        processor: 'totals@1',
        name: 'totals',
        stream: 'order-1',
        nextVersion: 1,
        position: 1,
        errorMessage: expect.stringContaining('out of ink') as string,
      },
    ]);
    expect(await listParked(readModels, 'totals')).toHaveLength(1);
    expect(await listParked(readModels, 'others')).toEqual([]);
  });

  it('is shown with the events that wait', async () => {
    const { log, readModels } = await parkedOrder();
    const all = await showParked({ log, readModels }, 'totals@1', 'order-1');
    expect(all.waiting.map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(all).toMatchObject({ checkpoint: 6, more: false });
    const some = await showParked({ log, readModels }, 'totals@1', 'order-1', { limit: 2 });
    expect([some.waiting.length, some.more]).toEqual([2, true]);
    await expect(showParked({ log, readModels }, 'totals@1', 'order-2')).rejects.toMatchObject({
      code: 'not-parked',
    });
  });

  it('is applied from where it stood on request', async () => {
    const { log, readModels, one, mend } = await parkedOrder();
    mend();
    await retryParked(readModels, 'totals@1', 'order-1');
    await one.runUntilCaughtUp();
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
    expect(await listParked(readModels)).toEqual([]);
    await expect(retryParked(readModels, 'totals@1', 'order-1')).rejects.toMatchObject({
      code: 'not-parked',
    });
  });

  it('stays parked when the retry fails as well', async () => {
    const { readModels, one } = await parkedOrder();
    await retryParked(readModels, 'totals@1', 'order-1');
    await one.runUntilCaughtUp();
    const [parked] = await listParked(readModels);
    expect(parked).toMatchObject({ stream: 'order-1', nextVersion: 1 });
    expect(parked?.request).toBeUndefined();
  });

  it('goes on without the commit that was discarded, which stays on record', async () => {
    const { readModels, one, mend } = await parkedOrder();
    mend();
    await discardParked(readModels, 'totals@1', 'order-1');
    await one.runUntilCaughtUp();
    await one.runUntilCaughtUp();
    expect((await rowsOf(readModels))[0]).toEqual({ id: 'order-1', cents: 5, events: 2 });
    expect(await readModels.listSkipped('totals@1')).toMatchObject([
      { stream: 'order-1', firstVersion: 1, lastVersion: 1 },
    ]);
    await expect(discardParked(readModels, 'totals@1', 'order-1')).rejects.toMatchObject({
      code: 'not-parked',
    });
  });
});

/** One row per event, in the order of application. */
function journal(before: (event: { stream: string }) => void) {
  return defineProjection<SqliteTransaction>({
    name: 'journal',
    version: 1,
    order: 'stream',
    failurePolicy: PARK,
    setup: (tx) =>
      tx.exec('CREATE TABLE {journal} (id INTEGER PRIMARY KEY, stream TEXT, version INTEGER) STRICT'),
    on: {
      'order.charged': (event, tx) => {
        before(event);
        tx.run('INSERT INTO {journal} (stream, version) VALUES (?, ?)', event.stream, event.version);
      },
    },
  });
}

function versionsOf(readModels: SqliteReadModels, stream: string): Promise<number[]> {
  const sql = 'SELECT version FROM {journal} WHERE stream = ? ORDER BY id';
  return readModels.query('journal', (q) =>
    q.all<{ version: number }>(sql, stream).map(({ version }) => version),
  );
}

describe('a retry while new commits of the stream arrive', () => {
  it('applies each version once and in order, however often the stream is parked and retried', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    let calls = 0;
    const before = ({ stream }: { stream: string }) => {
      if (stream === 'order-1' && ++calls % 7 === 3) throw new Error('now and then');
    };
    const one = projector({ log, readModels, projections: [journal(before)], batch: { initial: 4, max: 4 } });
    await one.start();
    const writing = { isDone: false };
    const retrying = (async () => {
      while (!writing.isDone) {
        await readModels.request('journal@1', 'order-1', 'retry');
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let i = 0; i < 150; i++) {
      await charge(log, `order-${i % 2}`, i);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(async () => {
      const [live] = await readModels.listVersions('journal');
      return live?.checkpoint.position === 150 && live.parked === 0;
    });
    writing.isDone = true;
    await retrying;
    const inOrder = Array.from({ length: 75 }, (_, i) => i + 1);
    expect(await versionsOf(readModels, 'order-1')).toEqual(inOrder);
    expect(await versionsOf(readModels, 'order-0')).toEqual(inOrder);
    expect(calls).toBeGreaterThan(75);
  });
});
