import { markOf, type EventStore } from '@varve/eventstore';
import { rebuild, type RebuildOptions, type RebuildProgress, type RebuildResult } from '@varve/projections';
import type { SqliteReadModels, SqliteTransaction } from '@varve/projections/sqlite';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import {
  AT_ONCE,
  charge,
  foldOf,
  newLog,
  openLog,
  openReadModels,
  projector,
  rowsOf,
  totals,
} from './orders.js';

async function liveTotals(commits = 60): Promise<{ log: EventStore; readModels: SqliteReadModels }> {
  const [log, readModels] = [newLog(), await openReadModels()];
  for (let i = 0; i < commits; i++) await charge(log, `order-${i % 7}`, i);
  await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
  return { log, readModels };
}

function again(options: Partial<RebuildOptions<SqliteTransaction>> & Awaited<ReturnType<typeof liveTotals>>) {
  return rebuild({ projection: totals(), failurePolicy: AT_ONCE, ...options });
}

async function statesOf(readModels: SqliteReadModels): Promise<string[]> {
  return (await readModels.listVersions()).map(({ processor, state }) => `${processor} ${state}`);
}

describe('a rebuild', () => {
  it('makes a new generation of an unchanged version, switches to it and keeps the old one', async () => {
    const { log, readModels } = await liveTotals();
    await readModels.transaction('totals@1', (tx) => tx.run('UPDATE {totals} SET cents = 0'));
    const result = await again({ log, readModels });

    expect(result).toMatchObject({
      outcome: 'switched',
      version: { name: 'totals', version: 1, generation: 2 },
      replaced: { version: 1, generation: 1 },
      position: 60,
    });
    expect(await statesOf(readModels)).toEqual(['totals@1 retired', 'totals@1.2 live']);
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
    expect((await readModels.readLease('totals@1.2'))?.owner).toBeUndefined();
  });

  it('drops the old rows on request', async () => {
    const { log, readModels } = await liveTotals();
    await again({ log, readModels, replaced: 'drop' });
    expect(await statesOf(readModels)).toEqual(['totals@1.2 live']);
  });

  it('is not failed by another one that has dropped the old rows first', async () => {
    const { log, readModels } = await liveTotals();
    const drop = readModels.dropVersion.bind(readModels);
    readModels.dropVersion = async (version) => {
      await drop(version);
      return drop(version);
    };
    expect(await again({ log, readModels, replaced: 'drop' })).toMatchObject({ outcome: 'switched' });
    expect(await statesOf(readModels)).toEqual(['totals@1.2 live']);
  });

  it('reports how far it is', async () => {
    const { log, readModels } = await liveTotals();
    const seen: RebuildProgress[] = [];
    let now = 0;
    const clock = () => (now += 100);
    await again({ log, readModels, clock, batch: { initial: 10, max: 10 }, onProgress: (p) => seen.push(p) });
    expect(seen[0]).toMatchObject({ phase: 'building', position: 0, head: 60 });
    expect(seen.at(-1)).toMatchObject({ position: 60, head: 60, secondsLeft: 0 });
    expect(seen.some(({ eventsPerSecond, secondsLeft }) => eventsPerSecond > 0 && secondsLeft)).toBe(true);
  });

  it('can be interrupted, and goes on where it stopped', async () => {
    const { log, readModels } = await liveTotals();
    const interrupt = new AbortController();
    const applied: number[] = [];
    const before = ({ position = 0 }) => {
      applied.push(position);
      if (position === 25) interrupt.abort();
    };
    const batch = { initial: 10, max: 10 };
    const first = await again({
      log,
      readModels,
      projection: totals({ before }),
      batch,
      signal: interrupt.signal,
    });
    expect(first.outcome).toBe('interrupted');
    expect(first.position).toBeGreaterThanOrEqual(20);
    expect(first.position).toBeLessThan(60);
    expect(await statesOf(readModels)).toEqual(['totals@1 live', 'totals@1.2 building']);

    applied.length = 0;
    const second = await again({ log, readModels, projection: totals({ before }), batch });
    expect(second).toMatchObject({ outcome: 'switched', version: { generation: 2 }, position: 60 });
    expect(applied[0]).toBe(first.position + 1);
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });

  it('begins afresh when that is asked for', async () => {
    const { log, readModels } = await liveTotals();
    await readModels.createVersion(totals(), log.logId, 'next');
    await readModels.transaction('totals@1.2', (tx) => tx.run(`INSERT INTO {totals} VALUES ('wrong', 1, 1)`));
    const result = await again({ log, readModels, unfinished: 'afresh' });
    expect(result).toMatchObject({ outcome: 'switched', version: { generation: 3 } });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });

  it('stops at an event that it cannot apply, leaves the live rows alone, and goes on once that is mended', async () => {
    const { log, readModels } = await liveTotals();
    let fails = true;
    const before = ({ position = 0 }) => {
      if (fails && position === 30) throw new Error('bug');
    };
    await expect(again({ log, readModels, projection: totals({ before }) })).rejects.toMatchObject({
      code: 'projection-failed',
      position: 30,
    });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
    fails = false;
    expect(await again({ log, readModels, projection: totals({ before }) })).toMatchObject({
      outcome: 'switched',
      version: { generation: 2 },
    });
  });

  it('holds the switch when it parks streams that the live one has not', async () => {
    const { log, readModels } = await liveTotals();
    const before = ({ stream }: { stream: string }) => {
      if (stream === 'order-3') throw new Error('bug');
    };
    const projection = totals({ before, failurePolicy: { ...AT_ONCE, then: 'park' } });
    const result = await again({ log, readModels, projection });
    expect(result).toMatchObject({ outcome: 'held', reason: 'parked', streams: ['order-3'] });
    expect((await again({ log, readModels, projection, parked: 'switch' })).outcome).toBe('switched');
  });
});

describe('a rebuild beside running projectors and writers', () => {
  it('ends with the same rows as the log, and the projectors move over to it by themselves', async () => {
    const { log, readModels } = await liveTotals(200);
    const running = projector({ log, readModels, projections: [totals()] });
    const other = projector({
      log,
      readModels: await openReadModels(readModels.location),
      projections: [totals()],
    });
    await running.start();
    await other.start();
    const writing = { isDone: false };
    const writer = (async () => {
      for (let i = 0; !writing.isDone; i++) {
        await charge(log, `order-${i % 11}`, i);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const readers = pollRows(readModels, () => !writing.isDone);
    const result = await again({ log, readModels, verify: 'require', batch: { initial: 10, max: 10 } });
    expect(result.outcome).toBe('switched');
    writing.isDone = true;
    await Promise.all([writer, readers]);

    const position = await charge(log, 'order-1', 1);
    expect(await other.waitFor(position, 'totals')).toMatchObject({ reached: true });
    expect(await statesOf(readModels)).toEqual(['totals@1 retired', 'totals@1.2 live']);
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
    await until(async () => (await readModels.readLease('totals@1.2'))?.owner !== undefined);
  });

  it('holds the live version still for a moment when it is ahead at every try, and lets it go', async () => {
    const { log, readModels: inner } = await liveTotals();
    const tries: boolean[] = [];
    const isStill = async () => (await inner.readLease('totals@1'))?.owner === 'the rebuild';
    const readModels = Object.assign(Object.create(inner) as SqliteReadModels, {
      switchVersion: async (...args: Parameters<SqliteReadModels['switchVersion']>) => {
        tries.push(await isStill());
        if (tries.at(-1)) return inner.switchVersion(...args);
        return { ok: false, reason: 'behind', live: 61, candidate: 60 } as const;
      },
    });
    expect(await again({ log, readModels, owner: 'the rebuild' })).toMatchObject({ outcome: 'switched' });
    expect(tries).toEqual([...Array<boolean>(10).fill(false), true]);
    expect((await inner.readLease('totals@1.2'))?.owner).toBeUndefined();
  });

  /** The number of events can only rise: a reader that saw half of anything would see it fall. */
  async function pollRows(readModels: SqliteReadModels, more: () => boolean): Promise<void> {
    let last = 0;
    while (more()) {
      const events = (await rowsOf(readModels)).reduce((sum, row) => sum + row.events, 0);
      expect(events).toBeGreaterThanOrEqual(last);
      last = events;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
});

function differencesOf(result: RebuildResult): string[] {
  const verification = 'verification' in result ? result.verification : undefined;
  if (!verification || verification.verdict === 'not-comparable') throw new Error('nothing was compared');
  return verification.differences.map(({ kind, key }) => `${kind} ${key}`).toSorted();
}

describe('the verification of a rebuild', () => {
  it('finds the same rows the same', async () => {
    const { log, readModels } = await liveTotals();
    const result = await again({ log, readModels, verify: 'require' });
    expect(result).toMatchObject({
      outcome: 'switched',
      verification: { verdict: 'same', position: 60, rows: 7, differing: 0 },
    });
  });

  it('lists the differences, and does not switch if sameness is required', async () => {
    const { log, readModels } = await liveTotals();
    await readModels.transaction('totals@1', (tx) => {
      tx.run(`UPDATE {totals} SET cents = -1 WHERE id = 'order-1'`);
      tx.run(`DELETE FROM {totals} WHERE id = 'order-2'`);
      tx.run(`INSERT INTO {totals} VALUES ('order-x', 1, 1)`);
    });
    const held = await again({ log, readModels, verify: 'require' });
    expect(held).toMatchObject({ outcome: 'held', reason: 'not-verified', verification: { differing: 3 } });
    expect(differencesOf(held)).toEqual([
      'different ["order-1"]',
      'missing ["order-x"]',
      'unexpected ["order-2"]',
    ]);
    expect(await statesOf(readModels)).toEqual(['totals@1 live', 'totals@1.2 building']);

    const reported = await again({ log, readModels, verify: 'report' });
    expect(reported).toMatchObject({ outcome: 'switched', verification: { verdict: 'different' } });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });

  it('lists the streams that one side has parked apart', async () => {
    const [log, readModels] = [newLog(), await openReadModels()];
    await charge(log, 'order-1', 1);
    await charge(log, 'order-2', 1);
    let fails = true;
    const before = ({ stream }: { stream: string }) => {
      if (fails && stream === 'order-1') throw new Error('bug');
    };
    const projection = totals({ before, failurePolicy: { ...AT_ONCE, then: 'park' } });
    await projector({ log, readModels, projections: [projection] }).runUntilCaughtUp();
    fails = false;
    expect(await again({ log, readModels, projection, verify: 'report' })).toMatchObject({
      outcome: 'switched',
      verification: { parked: { live: ['order-1'], rebuilt: [] } },
    });
  });

  it('is not possible when the live version stands behind and nobody works on it', async () => {
    const { log, readModels } = await liveTotals();
    const position = await charge(log, 'order-1', 1);
    const commit = await log.commitAt(position);
    await readModels.createVersion(totals(), log.logId, 'next');
    const mark = commit && markOf(commit);
    await readModels.moveCheckpoint('totals@1.2', { logId: log.logId, position, ...(mark && { mark }) });
    const result = await again({ log, readModels, verify: 'require', leaseDuration: 20 });
    expect(result).toMatchObject({
      outcome: 'held',
      reason: 'not-verified',
      verification: { verdict: 'not-comparable', why: 'live-behind' },
    });
  });
});

describe('a log that was restored from a backup', () => {
  it('is refused by the projector, and projected again by a rebuild', async () => {
    const log = await openLog(join(temporaryFolder(), 'log.db'));
    const readModels = await openReadModels();
    for (let i = 0; i < 10; i++) await charge(log, `order-${i % 3}`, i);
    await projector({ log, readModels, projections: [totals()] }).runUntilCaughtUp();
    await log.restored();
    await charge(log, 'order-1', 1);
    const one = projector({ log, readModels, projections: [totals()] });
    await expect(one.runUntilCaughtUp()).rejects.toThrow(/log-diverged/);
    expect(await one.waitFor(11, 'totals')).toMatchObject({ reached: false, reason: 'stopped' });

    expect(await again({ log, readModels, verify: 'report' })).toMatchObject({
      outcome: 'switched',
      verification: { verdict: 'not-comparable', why: 'other-log' },
    });
    await one.runUntilCaughtUp();
    expect(await one.waitFor(11, 'totals')).toMatchObject({ reached: true });
    expect(await rowsOf(readModels)).toEqual(await foldOf(log));
  });
});
