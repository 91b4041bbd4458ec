import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { pretendNodeApi } from '../../../../test/support/older-node.js';
import { openedTogether } from '../../../../test/support/opened-together.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { migrate } from '../../src/sqlite/connection/migrate.js';
import { MIGRATIONS } from '../../src/sqlite/connection/schema.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = temporaryFolder();
  file = join(folder, 'log.db');
});

const event = [{ type: 't.happened', data: { a: 1 }, metadata: { actor: 'ann' } }];

describe('opening', () => {
  test.each([
    ['file', { file: '' }],
    ['file', { file: ' log.db' }],
    ['file', { file: undefined as never }],
    ['file', { file: '/nowhere/at/all/log.db' }],
    ['file', { file: '/tmp' }],
    ['durability', { file: ':memory:', durability: 'maybe' as never }],
    ['readOnly', { file: ':memory:', readOnly: true }],
    ['busyTimeout', { file: ':memory:', busyTimeout: -1 }],
    ['readonly', { file: ':memory:', readonly: true } as never],
    ['options', 'log.db' as never],
    ['options', undefined as never],
  ])('names the option "%s" when it is %j', async (option, options) => {
    await expect(SqliteEventStore.open(options)).rejects.toMatchObject({ code: 'invalid-options', option });
  });

  test.each(['9', undefined])(
    'is refused on Node-API %s, where the driver would crash the process',
    async (nodeApi) => {
      pretendNodeApi(nodeApi);
      await expect(SqliteEventStore.open({ file })).rejects.toMatchObject({
        code: 'store-incompatible',
        message: expect.stringContaining('22.14') as string,
      });
    },
  );

  test('creates no log when it must not', async () => {
    const refusal = { code: 'invalid-options', option: 'file' };
    await expect(SqliteEventStore.open({ file, create: false })).rejects.toMatchObject(refusal);
    await expect(SqliteEventStore.open({ file, readOnly: true })).rejects.toMatchObject(refusal);
    expect(existsSync(file)).toBe(false);
  });

  test('refuses an SQLite database of something else, and changes nothing in it', async () => {
    const other = new Database(file);
    other.exec('CREATE TABLE users (id INTEGER)');
    other.close();
    const before = readFileSync(file);
    await expect(SqliteEventStore.open({ file })).rejects.toMatchObject({ code: 'store-incompatible' });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('refuses a file that is no database', async () => {
    writeFileSync(file, 'Dear diary, '.repeat(1_000));
    await expect(SqliteEventStore.open({ file })).rejects.toMatchObject({ code: 'store-incompatible' });
    expect(readFileSync(file, 'utf8')).toBe('Dear diary, '.repeat(1_000));
  });

  test('refuses a log of a newer version and says to upgrade', async () => {
    await (await SqliteEventStore.open({ file })).close();
    const tool = new Database(file);
    tool.pragma('user_version = 99');
    tool.close();
    for (const readOnly of [true, false]) {
      const opening = SqliteEventStore.open({ file, readOnly });
      await expect(opening).rejects.toMatchObject({
        code: 'store-incompatible',
        message: expect.stringMatching(/99.*newer.*Upgrade/),
      });
    }
  });

  test('brings an older log to this version in one transaction, once', () => {
    const database = new Database(file);
    migrate(database, file, MIGRATIONS);
    const newer = [...MIGRATIONS, (one: Database.Database) => one.exec('CREATE TABLE added (id INTEGER)')];
    const broken = [
      ...MIGRATIONS,
      newer.at(-1)!,
      () => {
        throw new Error('stopped in the middle');
      },
    ];
    expect(() => migrate(database, file, broken)).toThrow('stopped in the middle');
    expect(database.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length);
    migrate(database, file, newer);
    migrate(database, file, newer);
    expect(database.pragma('user_version', { simple: true })).toBe(newer.length);
    expect(database.prepare('SELECT count(*) FROM added').pluck().get()).toBe(0);
    database.close();
  });

  test('sets the journal and its flushing as the durability says', async () => {
    const { FaultyStore } = await import('./faulty-store.js');
    for (const [durability, synchronous] of [
      ['power-cut', 2],
      ['process-crash', 1],
    ] as const) {
      const store = await FaultyStore.open({ file: join(folder, durability), durability });
      expect(store.durability).toBe(durability);
      expect(store.database.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(store.database.pragma('synchronous', { simple: true })).toBe(synchronous);
      await store.close();
    }
    const memory = await SqliteEventStore.open({ file: ':memory:' });
    expect(memory.durability).toBe('volatile');
    await memory.close();
  });
});

test('two that make a log together both open it, whatever one has done between two steps of the other', async () => {
  expect(await openedTogether((file) => SqliteEventStore.open({ file }))).toBeGreaterThan(3);
});

test('a read-only store follows the log and refuses every write', async () => {
  const writer = await SqliteEventStore.open({ file });
  const reader = await SqliteEventStore.open({ file, readOnly: true });
  const waiting = reader.waitForCommit(0, AbortSignal.timeout(50_000));
  await writer.append('n-1', 'any', event);
  await waiting;
  expect(await reader.head()).toBe(1);
  const refusal = { code: 'invalid-options', option: 'readOnly' };
  const mark = { stream: 'n-1', firstVersion: 1, at: 1 };
  await expect(reader.append('n-1', 'any', event)).rejects.toMatchObject(refusal);
  await expect(reader.fence('c')).rejects.toMatchObject(refusal);
  await expect(
    reader.saveSnapshot('n-1', { version: 1, revision: 'r', mark, state: 1 }),
  ).rejects.toMatchObject(refusal);
  await expect(reader.restored()).rejects.toMatchObject(refusal);
  await Promise.all([writer.close(), reader.close()]);
});

test('the view "events" shows a log to people and tools, one row per event', async () => {
  const store = await SqliteEventStore.open({ file });
  const at = new Date('2026-01-02T03:04:05.678Z');
  await store.append('n-1', 'any', [...event, { type: 't.other', data: null, schemaVersion: 3 }], {
    at,
    commitId: 'c',
  });
  await store.close();
  const tool = new Database(file, { readonly: true });
  const common = { position: 1, stream: 'n-1', at: '2026-01-02T03:04:05.678Z', commit_id: 'c' };
  expect(tool.prepare('SELECT * FROM events').all()).toEqual([
    {
      ...common,
      version: 1,
      type: 't.happened',
      data: '{"a":1}',
      metadata: '{"actor":"ann"}',
      schema_version: 1,
    },
    { ...common, version: 2, type: 't.other', data: 'null', metadata: null, schema_version: 3 },
  ]);
  tool.close();
});
