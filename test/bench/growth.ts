import { join } from 'node:path';
import process from 'node:process';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { concurrently, inFolder, median, timed, type Benchmark, type Row } from './measure.ts';
import { newEvent, newEvents } from './payload.ts';

const CALLERS = 64;
const PROBE = 6_400;

interface Point {
  readonly events: number;
  readonly microsecondsPerAppend: number;
  readonly megabytes: number;
}

/** Cost per append and memory as the log grows; the first point is the reference of the others. */
export const growth: Benchmark = {
  name: 'growth',
  about:
    'cost per append with 64 callers, and memory of the process, while the log grows from 10 thousand to 10 million events',
  run: async ({ quick }) => {
    const sizes = quick ? [10_000, 50_000, 200_000] : [10_000, 100_000, 1_000_000, 5_000_000, 10_000_000];
    const points: Point[] = [];
    await inFolder(async (folder) => {
      const store = await SqliteEventStore.open({ file: join(folder, 'log.db') });
      let events = 0;
      for (const size of sizes) {
        await fill(store, events, size - events);
        events = size;
        points.push({ events, microsecondsPerAppend: await probe(store, events), megabytes: memory() });
        events += PROBE * 3;
      }
      await store.close();
    });
    return points.flatMap((point) => rowsOf(point, points));
  },
};

function rowsOf(point: Point, points: readonly Point[]): Row[] {
  const [first] = points;
  // Buffers and caches fill at first; from a tenth of the way on, memory must stay.
  const settled = points.find(({ events }) => events >= (points.at(-1)?.events ?? 0) / 10) ?? first;
  const last = point === points.at(-1);
  const label = point.events.toLocaleString('en-US');
  const cost: Row = {
    name: `append-cost-at-${label}-events`,
    unit: 'µs (less is better)',
    ours: point.microsecondsPerAppend,
    reference: first?.microsecondsPerAppend ?? null,
    ratio: (first?.microsecondsPerAppend ?? Number.NaN) / point.microsecondsPerAppend,
    goal: null,
  };
  const memoryRow: Row = {
    name: `memory-at-${label}-events`,
    unit: 'MB (less is better)',
    ours: point.megabytes,
    reference: settled?.megabytes ?? null,
    ratio: (settled?.megabytes ?? Number.NaN) / point.megabytes,
    goal: last ? 0.8 : null,
  };
  return [cost, memoryRow];
}

async function fill(store: SqliteEventStore, from: number, count: number): Promise<void> {
  const appends = Math.max(0, Math.floor(count / 100));
  await concurrently(appends, CALLERS, (item) => {
    return store.append(`fill-${item % 10_000}`, 'any', newEvents(from + item * 100, 100));
  });
}

async function probe(store: SqliteEventStore, from: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const milliseconds = await timed(() =>
      concurrently(PROBE, CALLERS, (item, caller) =>
        store.append(`probe-${caller}`, 'any', [newEvent(from + item)]),
      ),
    );
    times.push((milliseconds * 1000) / PROBE);
  }
  return median(times);
}

function memory(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss / 1e6;
}
