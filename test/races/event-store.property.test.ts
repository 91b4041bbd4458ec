import { join } from 'node:path';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { brokenEventStores, inMemoryHarness } from '@varve/eventstore/testing';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temp-dir.js';
import { interleave, type OpenedLog } from './event-store/interleavings.js';

/** How many times as many runs as usual. */
const factor = Number(process.env['VARVE_PROPERTY_FACTOR'] ?? 1);

async function threeOf(harness: ReturnType<typeof inMemoryHarness>): Promise<OpenedLog> {
  const { store, second, dispose } = await harness.open();
  return { instances: [store, await second(), await second()], dispose };
}

test('every answer of the in-memory store is right at some moment, whatever is done at once', async () => {
  await interleave(() => threeOf(inMemoryHarness()), 150 * factor);
});

test('every answer of three SQLite stores on one file is right at some moment, whatever is done at once', async () => {
  const folder = temporaryFolder();
  let logs = 0;
  await interleave(async () => {
    const options = { file: join(folder, `${++logs}.db`), durability: 'process-crash' } as const;
    const instances = [
      await SqliteEventStore.open(options),
      await SqliteEventStore.open(options),
      await SqliteEventStore.open(options),
    ];
    const dispose = async (): Promise<void> => {
      await Promise.all(instances.map((store) => store.close()));
    };
    return { instances, dispose };
  }, 30 * factor);
});

test.each([
  'forgets the fence',
  'looks before it fences',
  'ignores no-stream',
  'trusts its cached heads',
  'writes a commit id again',
  'appends to a closed stream',
  'shows a later commit first',
])('a store that %s gives an answer that is right at no moment', async (name) => {
  const twin = brokenEventStores.find((one) => one.name === name);
  const interleaving = interleave(() => threeOf(twin!.harness), 1_000);
  await expect(interleaving).rejects.toThrow('Property failed');
});
