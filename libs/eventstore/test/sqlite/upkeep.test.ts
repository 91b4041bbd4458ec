import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { FaultyStore } from './faulty-store.js';

const event = (n: number) => [{ type: 'n.counted', data: { n } }];
let folder: string;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, 'log.db');
});

/** Changes the file as no store would. */
function tamper(sql: string): void {
  const tool = new Database(file);
  tool.exec(sql);
  tool.close();
}

describe('a backup', () => {
  test('made while writers run is a whole log with the same id', async () => {
    const store = await SqliteEventStore.open({ file });
    const other = await SqliteEventStore.open({ file });
    for (let n = 0; n < 30; n++) await store.append(`n-${n % 3}`, 'any', event(n));
    let copying = true;
    const write = async (writer: SqliteEventStore, stream: string): Promise<void> => {
      for (let n = 0; copying; n++) await writer.append(stream, 'any', event(n));
    };
    const writing = [write(store, 'w-1'), write(other, 'w-2')];
    const to = join(folder, 'copy.db');
    await store.backup(to);
    copying = false;
    await Promise.all(writing);
    const copy = await SqliteEventStore.open({ file: to });
    expect(copy.logId).toBe(store.logId);
    expect(await copy.head()).toBeGreaterThanOrEqual(30);
    expect(await copy.head()).toBeLessThanOrEqual(await store.head());
    expect((await copy.verify()).problems).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
    await Promise.all([store.close(), other.close(), copy.close()]);
  });

  test.each([0o600, 0o640])('may be read by nobody who may not read the log: %o', async (mode) => {
    const store = await SqliteEventStore.open({ file });
    await store.append('n-1', 'any', event(1));
    chmodSync(file, mode);
    const to = join(folder, 'copy.db');
    await store.backup(to);
    expect(statSync(to).mode & 0o777).toBe(mode);
    await store.close();
  });

  test('overwrites nothing', async () => {
    const store = await SqliteEventStore.open({ file });
    await expect(store.backup(file)).rejects.toMatchObject({ code: 'invalid-argument', argument: 'to' });
    await expect(store.backup('/nowhere/copy.db')).rejects.toMatchObject({ argument: 'to' });
    await expect(store.backup('/proc/copy.db')).rejects.toMatchObject({ code: 'store-unavailable' });
    await store.close();
  });

  test('keeps out of the way of another one to the same name: one of the two is whole, and the other refused', async () => {
    const stores = await Promise.all([1, 2].map(() => SqliteEventStore.open({ file })));
    for (let n = 0; n < 4; n++)
      await stores[0]!.append('n-1', 'any', [{ type: 'n', data: 'x'.repeat(1_000_000) }]);
    const to = join(folder, 'copy.db');
    const copied = await Promise.allSettled(stores.map((store) => store.backup(to)));
    const refused = copied.flatMap((each): unknown[] => (each.status === 'rejected' ? [each.reason] : []));
    expect(refused).toEqual([expect.objectContaining({ code: 'invalid-argument', argument: 'to' })]);
    const copy = await SqliteEventStore.open({ file: to });
    expect([await copy.head(), (await copy.verify()).problems]).toEqual([4, []]);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
    await Promise.all([...stores, copy].map((store) => store.close()));
  });

  test('of a log in memory keeps it', async () => {
    const store = await SqliteEventStore.open({ file: ':memory:' });
    await store.append('n-1', 'any', event(1));
    await store.backup(file);
    await store.close();
    const kept = await SqliteEventStore.open({ file });
    expect([await kept.head(), kept.logId]).toEqual([1, store.logId]);
    await kept.close();
  });

  test('that is interrupted by close leaves no file behind', async () => {
    const store = await SqliteEventStore.open({ file });
    for (let n = 0; n < 8; n++)
      await store.append('n-1', 'any', [{ type: 'n', data: 'x'.repeat(1_000_000) }]);
    const to = join(folder, 'copy.db');
    const copying = expect(store.backup(to)).rejects.toMatchObject({ code: 'store-closed' });
    await new Promise((resolve) => setImmediate(resolve));
    await store.close();
    await copying;
    expect(existsSync(to)).toBe(false);
    expect(readdirSync(folder).filter((name) => name.startsWith('copy'))).toEqual([]);
  });
});

describe('verify', () => {
  test.each([
    ['hole', 'DELETE FROM commits WHERE position = 2', 2],
    ['hole', 'UPDATE commits SET first_version = 9 WHERE position = 3', 3],
    ['overlap', 'UPDATE commits SET count = 2 WHERE position = 1', 3],
    ['undecodable', "UPDATE commits SET events = '[{]' WHERE position = 2", 2],
    ['undecodable', 'UPDATE commits SET count = 3 WHERE position = 4', 4],
    ['fenced-and-committed', "INSERT INTO fences VALUES ('c3', 0)", 3],
    ['damaged', "DELETE FROM streams WHERE name = 'n-0'", 2],
    ['damaged', "UPDATE streams SET category = 'm' WHERE name = 'n-1'", 1],
  ])('reports as %s: %s', async (kind, sql, position) => {
    const store = await SqliteEventStore.open({ file });
    for (let n = 1; n <= 4; n++) await store.append(`n-${n % 2}`, 'any', event(n), { commitId: `c${n}` });
    expect((await store.verify()).problems).toEqual([]);
    await store.close();
    tamper(sql);
    const tampered = await SqliteEventStore.open({ file });
    const { problems } = await tampered.verify();
    expect(problems).toContainEqual(expect.objectContaining({ kind, position }));
    await tampered.close();
  });

  test('counts what it has walked, and can be aborted', async () => {
    const store = await SqliteEventStore.open({ file });
    for (let n = 0; n < 6; n++) await store.append(`n-${n % 2}`, 'any', [...event(1), ...event(2)]);
    expect(await store.verify()).toEqual({
      logId: store.logId,
      commits: 6,
      events: 12,
      streams: 2,
      problems: [],
    });
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(store.verify({ signal: aborted })).rejects.toThrow('enough');
    await store.close();
  });

  test('of a log with a hole, reading stops at the hole', async () => {
    const store = await SqliteEventStore.open({ file });
    for (let n = 0; n < 4; n++) await store.append('n-1', 'any', event(n));
    tamper('DELETE FROM commits WHERE position = 2');
    for (const types of [undefined, ['n.counted']]) {
      const reading = store
        .readAll(0, types ? { types } : {})
        [Symbol.asyncIterator]()
        .next();
      await expect(reading).rejects.toMatchObject({ code: 'log-not-dense', after: 1, found: 3 });
    }
    await store.close();
  });
});

describe('a group of consumers', () => {
  const consumer = (databaseId: string, location: string) => ({ group: 'projector', databaseId, location });

  test('has one database: another one elsewhere is refused with its place', async () => {
    const store = await SqliteEventStore.open({ file });
    await store.registerConsumer(consumer('a', '/data/a.db'));
    await store.registerConsumer(consumer('a', '/data/a.db'));
    const second = store.registerConsumer(consumer('b', '/data/b.db'));
    await expect(second).rejects.toMatchObject({
      code: 'invalid-options',
      option: 'group',
      message: expect.stringContaining('/data/a.db'),
    });
    await store.registerConsumer({ ...consumer('b', '/data/b.db'), group: 'other' });
    expect((await store.listConsumers()).map(({ group, location }) => [group, location])).toEqual([
      ['other', '/data/b.db'],
      ['projector', '/data/a.db'],
    ]);
    await store.close();
  });

  test('may make its database anew at the same place, move it, or be forgotten', async () => {
    const store = await SqliteEventStore.open({ file });
    await store.registerConsumer(consumer('a', '/data/a.db'));
    await store.registerConsumer(consumer('b', '/data/a.db'));
    await store.registerConsumer(consumer('b', '/data/moved.db'));
    expect(await store.listConsumers()).toMatchObject([{ databaseId: 'b', location: '/data/moved.db' }]);
    expect([await store.forgetConsumer('projector'), await store.forgetConsumer('projector')]).toEqual([
      true,
      false,
    ]);
    await store.registerConsumer(consumer('c', '/data/c.db'));
    await store.close();
  });
});

test('a snapshot comes back as it was, and one that JSON would change is refused', async () => {
  const store = await SqliteEventStore.open({ file });
  const mark = { stream: 'n-1', firstVersion: 1, at: 5, commitId: 'c' };
  const snapshot = { version: 3, revision: 'r1', mark, state: { total: 7, items: ['ä', '\ud800'] } };
  await store.saveSnapshot('n-1', snapshot);
  expect(await store.loadSnapshot('n-1', 'r1')).toEqual(snapshot);
  expect(await store.loadSnapshot('n-1', 'r2')).toBeUndefined();
  const dated = { ...snapshot, state: { at: new Date() } as never };
  await expect(store.saveSnapshot('n-1', dated)).rejects.toMatchObject({
    code: 'invalid-argument',
    message: expect.stringContaining('state.at'),
  });
  await store.close();
});

test('a close that fails rejects, every time it is asked', async () => {
  const store = await FaultyStore.open({ file });
  const reading = store.database.prepare('SELECT 1').iterate();
  reading.next();
  await expect(store.close()).rejects.toThrow('busy');
  await expect(store.close()).rejects.toThrow('busy');
  await expect(store.head()).rejects.toMatchObject({ code: 'store-closed' });
  reading.return?.();
  store.database.close();
});
