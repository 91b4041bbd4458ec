import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { startChild } from '../../../../test/support/children.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { FaultyStore } from './faulty-store.js';

const event = (data: unknown) => [{ type: 't.happened', data }];
let file: string;

beforeEach(() => {
  file = join(temporaryFolder(), 'log.db');
});

async function positions(store: SqliteEventStore): Promise<number[]> {
  const found: number[] = [];
  for await (const { commits } of store.readAll(0)) found.push(...commits.map(({ position }) => position));
  return found;
}

describe('a full disk', () => {
  test('in the middle of a group refuses the whole group, and the next one goes on without a hole', async () => {
    const store = await FaultyStore.open({ file });
    await store.append('n-1', 'no-stream', event(0));
    const pages = store.database.pragma('page_count', { simple: true }) as number;
    store.database.pragma(`max_page_count = ${pages + 4}`);
    const group = Array.from({ length: 30 }, (_, n) =>
      store.append(`n-${n}`, 'any', event('x'.repeat(2_000))),
    );
    for (const answer of await Promise.allSettled(group)) {
      expect(answer).toMatchObject({ reason: { code: 'store-unavailable', written: 'not-written' } });
    }
    expect(await positions(store)).toEqual([1]);
    store.database.pragma('max_page_count = 1000000');
    expect(await store.append('n-2', 'no-stream', event(1))).toMatchObject({ commit: { position: 2 } });
    expect(await store.append('n-1', 1, event(1))).toMatchObject({
      commit: { position: 3, firstVersion: 2 },
    });
    expect((await store.verify()).problems).toEqual([]);
    await store.close();
  });

  test('that SQLite finds only at COMMIT leaves the outcome unknown, and nothing cached', async () => {
    const store = await FaultyStore.open({ file });
    await store.append('n-1', 'no-stream', event(0));
    store.failAtCommit();
    const group = [store.append('n-1', 1, event(1), { commitId: 'c' }), store.append('n-9', 'any', event(1))];
    for (const answer of await Promise.allSettled(group)) {
      expect(answer).toMatchObject({ reason: { code: 'store-unavailable', written: 'unknown' } });
    }
    expect(await store.findCommit('c')).toEqual({ outcome: 'absent' });
    expect(await store.append('n-1', 1, event(1), { commitId: 'c' })).toMatchObject({
      commit: { position: 2 },
    });
    expect(await store.append('n-9', 'no-stream', event(1))).toMatchObject({ commit: { position: 3 } });
    await store.close();
  });

  test('that cuts off the "-wal" file of a process takes back nothing that was acknowledged', async () => {
    await (await SqliteEventStore.open({ file })).close();
    const script = new URL('./limited-writer.child.ts', import.meta.url);
    const child = startChild(script, [file]);
    const { code } = await child.exited;
    expect(child.stderr).toBe('');
    expect(code).toBe(0);
    const messages = child.messages as { commitId: string; position?: number; written?: string }[];
    const failures = messages.filter(({ written }) => written !== undefined);
    expect(failures.length).toBeGreaterThan(0);
    const store = await SqliteEventStore.open({ file });
    for (const { commitId, position, written } of messages) {
      const found = await store.findCommit(commitId);
      if (position !== undefined) expect(found).toMatchObject({ outcome: 'committed', commit: { position } });
      if (written === 'not-written') expect(found).toEqual({ outcome: 'absent' });
    }
    expect((await store.verify()).problems).toEqual([]);
    await store.close();
  });
});

describe('a lock that another process holds', () => {
  test('delays appends without blocking the event loop, and they succeed when it goes', async () => {
    const store = await SqliteEventStore.open({ file });
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    let appended = false;
    const appending = store.append('n-1', 'any', event(1)).then(() => (appended = true));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(appended).toBe(false);
    expect(await store.head()).toBe(0);
    other.exec('COMMIT');
    await appending;
    expect(await store.head()).toBe(1);
    other.close();
    await store.close();
  });

  test('ends an append after the busy time-out, with nothing written', async () => {
    const store = await SqliteEventStore.open({ file, busyTimeout: 60 });
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    const refusal = { code: 'store-unavailable', written: 'not-written', retryable: true };
    await expect(store.append('n-1', 'any', event(1))).rejects.toMatchObject(refusal);
    other.exec('ROLLBACK');
    expect(await store.append('n-1', 'no-stream', event(1))).toMatchObject({ ok: true });
    other.close();
    await store.close();
  });

  test('keeps a store from opening for no longer than the busy time-out', async () => {
    await (await SqliteEventStore.open({ file })).close();
    const other = new Database(file);
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE');
    const opening = SqliteEventStore.open({ file, busyTimeout: 30 });
    await expect(opening).rejects.toMatchObject({ code: 'store-unavailable' });
    other.close();
  });

  test('is worth a warning after a second', async () => {
    const warnings: string[] = [];
    const logger = { warn: (message: string) => void warnings.push(message) };
    const store = await SqliteEventStore.open({ file, busyTimeout: 1_200, logger });
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.append('n-1', 'any', event(1))).rejects.toMatchObject({ code: 'store-unavailable' });
    expect(warnings).toEqual([expect.stringContaining('locked by another process')]);
    other.close();
    await store.close();
  });
});

test('a file without write permission is refused for writing, and can be read', async () => {
  const folder = temporaryFolder();
  file = join(folder, 'log.db');
  const store = await SqliteEventStore.open({ file });
  await store.append('n-1', 'any', event(1));
  await store.close();
  for (const name of ['-wal', '-shm']) writeFileSync(file + name, '');
  chmodSync(folder, 0o755);
  for (const name of ['', '-wal', '-shm']) chmodSync(file + name, 0o444);
  const child = startChild(new URL('./powerless.child.ts', import.meta.url), [file]);
  expect(await child.exited).toMatchObject({ code: 0 });
  expect(child.messages).toEqual([
    { opened: 'for writing', code: 'store-unavailable', driver: 'SQLITE_READONLY' },
    { opened: 'for reading', head: 1 },
  ]);
});
