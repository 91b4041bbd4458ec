import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** `VARVE_LONG_STREAM=1000000` runs the size that the documentation promises. */
const LONG = Number(process.env['VARVE_LONG_STREAM'] ?? 50_000);

test(
  `a stream of ${LONG} events is read in both directions without a hole`,
  { timeout: 600_000 },
  async () => {
    const file = join(temporaryFolder(), 'log.db');
    const store = await SqliteEventStore.open({ file, durability: 'process-crash' });
    const events = Array.from({ length: 10 }, (_, i) => ({ type: 'n.counted', data: { i } }));
    for (let n = 0; n < LONG; n += 1_000) {
      await Promise.all(Array.from({ length: 100 }, () => store.append('n-1', 'any', events)));
    }
    let version = 0;
    for await (const event of store.readStream('n-1')) if (event.version !== ++version) break;
    expect(version).toBe(LONG);
    for await (const event of store.readStream('n-1', { direction: 'backward' })) {
      if (event.version !== version--) break;
    }
    expect(version).toBe(0);
    const [last] = await collect(store.readStream('n-1', { from: LONG - 3, limit: 1 }));
    expect(last?.version).toBe(LONG - 3);
    await store.close();
  },
);

test(
  'events of 10 MB are read one commit at a time, however many a batch may hold',
  { timeout: 60_000 },
  async () => {
    const store = await SqliteEventStore.open({ file: join(temporaryFolder(), 'log.db') });
    const text = 'ä'.repeat(5_000_000);
    for (let n = 0; n < 3; n++) await store.append('n-1', 'any', [{ type: 'n.large', data: { n, text } }]);
    const batches = await collect(store.readAll(0));
    expect(batches.length).toBeGreaterThanOrEqual(2);
    expect(batches.at(-1)?.upTo).toBe(3);
    const read: unknown[] = [];
    for await (const { data } of store.readStream('n-1')) {
      const { n, text: found } = data as { n: number; text: string };
      read.push([n, found === text]);
    }
    expect(read).toEqual([0, 1, 2].map((n) => [n, true]));
    const filtered = await collect(store.readAll(0, { types: ['n.large'] }));
    expect(filtered.at(-1)?.upTo).toBe(3);
    expect((await store.verify()).problems).toEqual([]);
    await store.close();
  },
);
