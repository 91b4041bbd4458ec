import Database from 'better-sqlite3';
import { defineProjection, type ProjectorEvent } from '@varve/projections';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import { newLog, projector } from '../projection/orders.js';
import { insert, open, orders } from './orders.js';

function anotherDatabase(): string {
  const file = join(temporaryFolder(), 'another.db');
  const database = new Database(file);
  database.exec('CREATE TABLE mine (x)');
  database.close();
  return file;
}

describe('a read-model file', () => {
  it('shows the live rows to people under the name without the version', async () => {
    const file = join(temporaryFolder(), 'read-models.db');
    const readModels = await open(file);
    await readModels.createVersion(orders(1), 'log', 'first');
    const second = await readModels.createVersion(orders(2), 'log', 'first');
    await insert(readModels, 'orders@1', 'a');
    await insert(readModels, 'orders@2', 'b');
    const person = new Database(file, { readonly: true });
    const look = () => person.prepare('SELECT id FROM orders__orders').pluck().all();
    expect(look()).toEqual(['a']);
    await readModels.switchVersion(second);
    expect(look()).toEqual(['b']);
    person.close();
  });

  it.each([':memory:', 'read-models.db'])('is not changed by a query, in %s', async (name) => {
    const readModels = await open(name === ':memory:' ? name : join(temporaryFolder(), name));
    await readModels.createVersion(orders(1), 'log', 'first');
    await insert(readModels, 'orders@1', 'a');
    const remove = 'DELETE FROM {orders} RETURNING id';
    for (const method of ['all', 'get', 'iterate'] as const) {
      await expect(readModels.query('orders', (query) => query[method](remove))).rejects.toMatchObject({
        code: 'invalid-options',
        message: expect.stringContaining('change them in a handler') as string,
      });
    }
    expect(await readModels.query('orders', (query) => query.all('SELECT id FROM {orders}'))).toEqual([
      { id: 'a' },
    ]);
  });

  it('is refused when it is a log, a text file or from a newer version of the library', async () => {
    const foreign = join(temporaryFolder(), 'foreign.db');
    const database = new Database(foreign);
    database.exec('CREATE TABLE mine (x)');
    database.close();
    await expect(open(foreign)).rejects.toMatchObject({ code: 'store-incompatible' });

    const newer = join(temporaryFolder(), 'newer.db');
    await (await open(newer)).close();
    const header = new Database(newer);
    header.pragma('user_version = 99');
    header.close();
    await expect(open(newer)).rejects.toThrow(/newer version of @varve\/projections/);
  });

  it('of the first schema is brought to this one, with everything that it holds', async () => {
    const file = join(temporaryFolder(), 'read-models.db');
    const made = await open(file);
    await made.createVersion(orders(1), 'log', 'first');
    await insert(made, 'orders@1', 'a');
    await made.close();
    const header = new Database(file);
    header.exec(
      'DROP TABLE varve_applied; DROP TABLE varve_tracked; DROP INDEX varve_parked_requested; PRAGMA user_version = 1',
    );
    header.close();

    const [one, two] = await Promise.all([open(file), open(file)]);
    expect(await one.query('orders', (q) => q.all('SELECT id FROM {orders}'))).toEqual([{ id: 'a' }]);
    expect(await two.appliedUpTo('orders@1')).toBeUndefined();
    const applied = { versions: new Map([['order-1', 2]]), upTo: 1 };
    await one.transaction('orders@1', (tx) => one.saveApplied(tx, 'orders@1', applied));
    expect(await two.loadApplied('orders@1', ['order-1'])).toEqual(new Map([['order-1', 2]]));
  });

  it('is refused with what to do when its folder does not exist or it must exist and does not', async () => {
    const file = join(temporaryFolder(), 'missing', 'read-models.db');
    await expect(open(file)).rejects.toThrow(/folder .* does not exist/);
    await expect(SqliteReadModels.open({ file, create: false })).rejects.toMatchObject({
      code: 'invalid-options',
    });
  });

  it('waits for a writer of another connection, and is unavailable when that takes too long', async () => {
    const file = join(temporaryFolder(), 'read-models.db');
    const readModels = await open(file, 60);
    await readModels.createVersion(orders(1), 'log', 'first');
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    await expect(insert(readModels, 'orders@1', 'a')).rejects.toMatchObject({
      code: 'store-unavailable',
      retryable: true,
    });

    const waiting = insert(readModels, 'orders@1', 'b');
    setImmediate(() => other.exec('COMMIT'));
    await waiting;
    other.close();
  });

  it.each([
    ['was deleted', (file: string) => unlinkSync(file)],
    ['was replaced by another database', (file: string) => renameSync(anotherDatabase(), file)],
  ])(
    'that %s under a running projector stops it, and is not read or written any more',
    async (_, happens) => {
      const [log, readModels] = [newLog(), await open()];
      const events: ProjectorEvent[] = [];
      const one = projector({
        log,
        readModels,
        projections: [orders()],
        onEvent: (event) => events.push(event),
      });
      await one.start();
      const place = () => log.append(`order-${events.length}`, 'any', [{ type: 'order.placed', data: {} }]);
      await place();
      await one.runUntilCaughtUp();
      happens(readModels.location);
      await place();
      const stops = () => events.filter(({ kind }) => kind === 'stopped');
      await until(() => stops().length > 0);
      expect(stops()).toMatchObject([{ error: { code: 'read-models-diverged', retryable: false } }]);
      await until(() => events.some(({ kind }) => kind === 'version-check-failed'));
      const diverged = { code: 'read-models-diverged' };
      await expect(insert(readModels, 'orders@1', 'a')).rejects.toMatchObject(diverged);
      await expect(readModels.query('orders', (q) => q.all('SELECT 1'))).rejects.toMatchObject(diverged);
      await expect(one.status()).rejects.toThrow(/Restart .* rebuilt from the log/);
      await one.stop();
      expect(stops()).toHaveLength(1);
      expect(events.filter(({ kind }) => kind === 'version-check-failed')).toHaveLength(1);
    },
  );

  it('names the projection and the version whose setup fails, and keeps nothing of it', async () => {
    const readModels = await open();
    const cause = new Error('no such module');
    const setup = (tx: SqliteTransaction): void => {
      tx.exec('CREATE TABLE {orders} (x)');
      throw cause;
    };
    const failing = readModels.createVersion({ ...orders(3), setup }, 'log', 'first');
    await expect(failing).rejects.toMatchObject({
      code: 'setup-failed',
      projection: 'orders',
      version: 3,
      cause,
    });
    await expect(failing).rejects.toThrow(/setup of "orders" version 3 has failed: no such module/);
    expect(await readModels.listVersions()).toEqual([]);
    await readModels.createVersion(orders(3), 'log', 'first');
  });

  it('keeps virtual tables, views and indexes of each version apart, and drops them with it', async () => {
    const readModels = await open();
    const search = defineProjection<SqliteTransaction>({
      name: 'search',
      version: 1,
      order: 'stream',
      setup: (tx) => {
        tx.exec(`CREATE VIRTUAL TABLE {texts} USING fts5(text);
                 CREATE TABLE {words} (word TEXT);
                 CREATE INDEX {words_by_word} ON {words} (word);
                 CREATE VIEW {long_words} AS SELECT word FROM {words} WHERE length(word) > 9`);
      },
      on: { x: () => undefined },
    });
    const first = await readModels.createVersion(search, 'log', 'first');
    await readModels.transaction('search@1', (tx) => tx.run('INSERT INTO {texts} VALUES (?)', 'old news'));
    const next = await readModels.createVersion(search, 'log', 'next');
    await readModels.transaction('search@1.2', (tx) => tx.run('INSERT INTO {texts} VALUES (?)', 'new news'));
    await readModels.switchVersion(next);
    await readModels.dropVersion(first);
    const found = await readModels.query('search', (q) =>
      q.all(`SELECT text FROM {texts} WHERE {texts} MATCH 'news'`),
    );
    expect(found).toEqual([{ text: 'new news' }]);
    const left = await readModels.query('search', (q) =>
      q.all(`SELECT name FROM sqlite_schema WHERE substr(name, 1, 12) = 'search__v1__'`),
    );
    expect(left).toEqual([]);
  });
});
