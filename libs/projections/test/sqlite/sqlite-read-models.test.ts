import Database from 'better-sqlite3';
import { defineProjection, type ProjectionVersion, type VersionId } from '@varve/projections';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

const opened: SqliteReadModels[] = [];

afterEach(async () => {
  for (const readModels of opened.splice(0)) await readModels.close();
});

async function open(file = join(temporaryFolder(), 'read-models.db'), busyTimeout = 5_000) {
  const readModels = await SqliteReadModels.open({ file, busyTimeout });
  opened.push(readModels);
  return readModels;
}

function orders(version = 1) {
  return defineProjection<SqliteTransaction>({
    name: 'orders',
    version,
    order: 'stream',
    setup: (tx) => tx.exec(`CREATE TABLE {orders} (id TEXT PRIMARY KEY, total INTEGER) STRICT`),
    on: { 'order.placed': (event, tx) => void tx.run('INSERT INTO {orders} VALUES (?, ?)', event.stream, 1) },
  });
}

function insert(readModels: SqliteReadModels, processor: string, id: string): Promise<unknown> {
  return readModels.transaction(processor, (tx) =>
    tx.run('INSERT INTO {orders} VALUES (?, ?)', id, version(processor)),
  );
}

function version(processor: string): number {
  return Number(processor.split('@')[1]?.split('.')[0]);
}

async function states(readModels: SqliteReadModels): Promise<string[]> {
  return (await readModels.listVersions()).map(
    (each: ProjectionVersion) => `${each.processor} ${each.state}`,
  );
}

const FIRST: VersionId = { name: 'orders', version: 1, generation: 1 };

describe.each(['a file', ':memory:'])('read models in %s', (where) => {
  const here = () => open(where === ':memory:' ? where : undefined);

  it('keeps the tables of two versions and two generations beside each other', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    await readModels.createVersion(orders(2), 'log', 'first');
    await readModels.createVersion(orders(1), 'log', 'next');
    await insert(readModels, 'orders@1', 'a');
    await insert(readModels, 'orders@2', 'b');
    await insert(readModels, 'orders@1.2', 'c');

    expect(await readModels.query('orders', (q) => q.all('SELECT * FROM {orders}'))).toEqual([
      { id: 'a', total: 1 },
    ]);
    expect(await states(readModels)).toEqual(['orders@1 live', 'orders@1.2 building', 'orders@2 building']);
  });

  it('shows readers the other version after a switch, and retires the old one', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    const second = await readModels.createVersion(orders(2), 'log', 'first');
    await insert(readModels, 'orders@2', 'b');
    const before = await readModels.readLease('orders@1');

    expect(await readModels.switchVersion(second)).toEqual({ ok: true, from: FIRST, to: second });
    expect(await readModels.query('orders', (q) => q.all('SELECT id FROM {orders}'))).toEqual([{ id: 'b' }]);
    expect(await readModels.readLease('orders@1')).toMatchObject({
      token: (before?.token ?? 0) + 1,
      state: 'stopped',
      reason: 'replaced by orders@2',
    });
  });

  it('does not switch to a version that stands behind the live one, unless told to', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    const second = await readModels.createVersion(orders(2), 'log', 'first');
    await readModels.moveCheckpoint('orders@1', { logId: 'log', position: 7 });

    expect(await readModels.switchVersion(second)).toEqual({
      ok: false,
      reason: 'behind',
      live: 7,
      candidate: 0,
    });
    expect((await readModels.switchVersion(second, { despite: ['behind'] })).ok).toBe(true);
  });

  it('does not switch to a version with parked streams that the live one has not', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    const second = await readModels.createVersion(orders(2), 'log', 'first');
    await readModels.transaction('orders@2', (tx) => readModels.park(tx, 'orders@2', parked('order-1')));

    expect(await readModels.switchVersion(second)).toEqual({
      ok: false,
      reason: 'parked',
      streams: ['order-1'],
    });
    await readModels.transaction('orders@1', (tx) => readModels.park(tx, 'orders@1', parked('order-1')));
    expect((await readModels.switchVersion(second)).ok).toBe(true);
  });

  it('drops a retired version with its tables, and never gives its generation out again', async () => {
    const readModels = await here();
    const first = await readModels.createVersion(orders(1), 'log', 'first');
    await expect(readModels.dropVersion(first)).rejects.toMatchObject({ code: 'version-is-live' });
    await readModels.switchVersion(await readModels.createVersion(orders(1), 'log', 'next'));
    await readModels.dropVersion(first);

    expect(await states(readModels)).toEqual(['orders@1.2 live']);
    await expect(insert(readModels, 'orders@1', 'a')).rejects.toMatchObject({ code: 'SQLITE_ERROR' });
    await readModels.ensureRow('orders@1', 'log');
    expect(await readModels.load('orders@1')).toBeUndefined();
    expect(await readModels.createVersion(orders(1), 'log', 'next')).toMatchObject({ generation: 3 });
  });

  it('rolls back what a handler wrote when it throws', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    const failing = readModels.transaction('orders@1', async (tx) => {
      tx.run('INSERT INTO {orders} VALUES (?, ?)', 'a', 1);
      await Promise.resolve();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await readModels.query('orders', (q) => q.all('SELECT id FROM {orders}'))).toEqual([]);
  });

  it('lets asynchronous handlers of several projections write one after the other', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    const inside: string[] = [];
    const writes = ['a', 'b', 'c'].map((id) =>
      readModels.transaction('orders@1', async (tx) => {
        inside.push(`${id} in`);
        await Promise.resolve();
        tx.run('INSERT INTO {orders} VALUES (?, ?)', id, 1);
        inside.push(`${id} out`);
      }),
    );
    await Promise.all(writes);
    expect(inside).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  it('says so when a handle is used after its transaction has ended', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    let kept: SqliteTransaction | undefined;
    await readModels.transaction('orders@1', (tx) => void (kept = tx));
    expect(() => kept?.run('DELETE FROM {orders}')).toThrow(/transaction of "orders@1" has ended/);
  });

  it('notices a handler that ends the transaction by itself', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    const ended = readModels.transaction('orders@1', (tx) => tx.exec('ROLLBACK'));
    await expect(ended).rejects.toMatchObject({ code: 'store-unavailable' });
  });

  it('shows one moment of a version in a snapshot', async () => {
    const readModels = await here();
    const first = await readModels.createVersion(orders(1), 'log', 'first');
    await insert(readModels, 'orders@1', 'a');
    const snapshot = await readModels.openSnapshot();
    const late = insert(readModels, 'orders@1', 'b');
    if (where !== ':memory:') await late;
    const rows: unknown[] = [];
    for await (const row of snapshot.readRows(first)) rows.push(row);
    await snapshot.close();
    await late;
    expect(rows).toEqual([{ table: 'orders', key: '["a"]', row: { id: 'a', total: 1 } }]);
  });
});

function parked(stream: string) {
  return {
    stream,
    nextVersion: 1,
    position: 1,
    attempts: 1,
    errorCode: 'x',
    errorMessage: 'y',
    parkedAt: new Date(0),
  };
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

  it('is refused with what to do when its folder does not exist or it must exist and does not', async () => {
    const file = join(temporaryFolder(), 'missing', 'read-models.db');
    await expect(open(file)).rejects.toThrow(/folder .* does not exist/);
    await expect(SqliteReadModels.open({ file, create: false })).rejects.toMatchObject({
      code: 'invalid-options',
    });
  });

  it('keeps its id when it is opened again', async () => {
    const file = join(temporaryFolder(), 'read-models.db');
    const first = await open(file);
    const second = await open(file);
    expect(second.databaseId).toBe(first.databaseId);
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

  it('saves nothing of a step whose handler goes on after the disk was full', async () => {
    const readModels = await open();
    await readModels.createVersion(orders(1), 'log', 'first');
    await insert(readModels, 'orders@1', 'kept');
    const step = readModels.transaction('orders@1', (tx) => {
      const pages = tx.database.pragma('page_count', { simple: true }) as number;
      tx.database.pragma(`max_page_count = ${pages}`);
      tx.run('INSERT INTO {orders} VALUES (?, 1)', 'a');
      try {
        tx.run('INSERT INTO {orders} VALUES (?, 1)', 'b'.repeat(100_000));
      } catch {
        tx.run('INSERT INTO {orders} VALUES (?, 1)', 'c');
      }
    });
    await expect(step).rejects.toMatchObject({ code: 'transaction-ended' });
    const roomAgain = readModels.transaction('orders@1', (tx) =>
      tx.database.pragma('max_page_count = 1000000'),
    );
    await roomAgain;
    expect(await readModels.query('orders', (q) => q.all('SELECT id FROM {orders}'))).toEqual([
      { id: 'kept' },
    ]);
  });

  it('says that the disk is full, so that the processor waits instead of blaming the event', async () => {
    const readModels = await open();
    await readModels.createVersion(orders(1), 'log', 'first');
    const step = readModels.transaction('orders@1', (tx) => {
      const pages = tx.database.pragma('page_count', { simple: true }) as number;
      tx.database.pragma(`max_page_count = ${pages}`);
      tx.run('INSERT INTO {orders} VALUES (?, 1)', 'b'.repeat(100_000));
    });
    await expect(step).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    await expect(step).rejects.toThrow(/disk is full/);
  });

  it('cannot be written through a query', async () => {
    const readModels = await open();
    await readModels.createVersion(orders(1), 'log', 'first');
    const writing = readModels.query('orders', (q) =>
      q.all(`INSERT INTO {orders} VALUES ('a', 1) RETURNING id`),
    );
    await expect(writing).rejects.toMatchObject({ code: 'store-unavailable' });
  });
});
