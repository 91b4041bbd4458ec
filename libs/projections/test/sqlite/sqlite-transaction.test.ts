import type { SqliteTransaction } from '@varve/projections/sqlite';
import { describe, expect, it } from 'vitest';
import { insert, open, orders } from './orders.js';

const TRIGGER = `CREATE TRIGGER {doubling} AFTER INSERT ON {orders} BEGIN
  UPDATE {orders} SET total = CASE WHEN total > 0 THEN total * 2 END WHERE id = new.id;
  SELECT 1;
END`;

function rollBackByConflict(tx: SqliteTransaction): void {
  const insert = () => tx.run(`INSERT OR ROLLBACK INTO {orders} VALUES ('a', 1)`);
  insert();
  expect(insert).toThrow(/UNIQUE/);
}

describe.each(['a file', ':memory:'])('a transaction of read models in %s', (where) => {
  const here = () => open(where === ':memory:' ? where : undefined);

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

  it('refuses a handler that calls the read models instead of its transaction, which would wait for itself', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    const nested = readModels.transaction('orders@1', async (tx) => {
      tx.run('INSERT INTO {orders} VALUES (?, 1)', 'a');
      await Promise.resolve();
      await readModels.request('orders@1', 'order-1', 'retry');
    });
    await expect(nested).rejects.toMatchObject({ code: 'inside-transaction', retryable: false });
    await expect(nested).rejects.toThrow(/through its `tx`/);
    const ids = () => readModels.query('orders', (q) => q.all('SELECT id FROM {orders}'));
    expect(await ids()).toEqual([]);

    const reading = readModels.transaction('orders@1', async () => ids());
    if (where === ':memory:') await expect(reading).rejects.toMatchObject({ code: 'inside-transaction' });
    else expect(await reading).toEqual([]);
    await readModels.close();
  });

  it('lets what a handler has left behind write once its transaction has ended', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    const ended = Promise.withResolvers<undefined>();
    const later = await readModels.transaction('orders@1', () => ({
      write: ended.promise.then(() => insert(readModels, 'orders@1', 'a')),
    }));
    ended.resolve(undefined);
    expect(await later.write).toMatchObject({ changes: 1 });
  });

  it.each([
    ['COMMIT', (tx: SqliteTransaction) => tx.exec('COMMIT')],
    ['COMMIT;BEGIN', (tx: SqliteTransaction) => tx.exec('/* ; */ commit; BEGIN')],
    ['END, prepared', (tx: SqliteTransaction) => tx.run('-- done\nEND TRANSACTION')],
    ['ROLLBACK behind a trigger', (tx: SqliteTransaction) => tx.exec(`${TRIGGER}; ROLLBACK`)],
  ])('refuses %s in a handler, and keeps nothing', async (_, ends) => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    const ended = readModels.transaction('orders@1', (tx) => {
      tx.run('INSERT INTO {orders} VALUES (?, 1)', 'a');
      ends(tx);
    });
    await expect(ended).rejects.toMatchObject({ code: 'transaction-control', retryable: false });
    expect(await readModels.query('orders', (q) => q.all('SELECT * FROM {orders}'))).toEqual([]);
  });

  it('lets a handler have triggers and savepoints', async () => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    await readModels.transaction('orders@1', (tx) => {
      tx.exec(`${TRIGGER}; INSERT INTO {orders} VALUES ('a; COMMIT', 1)`);
      tx.exec(`SAVEPOINT s; INSERT INTO {orders} VALUES ('b', 1); ROLLBACK TO s; RELEASE s`);
    });
    const rows = await readModels.query('orders', (q) => q.all('SELECT * FROM {orders}'));
    expect(rows).toEqual([{ id: 'a; COMMIT', total: 2 }]);
  });

  it.each([
    ['COMMIT', (tx: SqliteTransaction) => tx.database.exec('COMMIT')],
    ['a conflict that rolls back', (tx: SqliteTransaction) => rollBackByConflict(tx)],
  ])('blames a handler that has ended the transaction by %s, and does not go on in none', async (_, ends) => {
    const readModels = await here();
    await readModels.createVersion(orders(1), 'log', 'first');
    const checkpoint = await readModels.load('orders@1');
    const ended = readModels.transaction('orders@1', (tx) => {
      ends(tx);
      if (checkpoint) readModels.save(tx, 'orders@1', checkpoint, { logId: 'log', position: 7 });
    });
    await expect(ended).rejects.toMatchObject({ code: 'transaction-control', retryable: false });
    expect(await readModels.load('orders@1')).toEqual(checkpoint);
  });
});

describe('a transaction', () => {
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
    await expect(step).rejects.toMatchObject({ code: 'store-unavailable' });
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
      try {
        tx.run('INSERT INTO {orders} VALUES (?, 1)', 'b'.repeat(100_000));
      } catch (cause) {
        throw new Error('the order cannot be written', { cause });
      }
    });
    await expect(step).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    await expect(step).rejects.toThrow(/disk is full/);
  });

  it('has the names of its own version written into its statements, but not into strings and comments', async () => {
    const readModels = await open();
    await readModels.createVersion(orders(1), 'log', 'first');
    await readModels.createVersion(orders(1), 'log', 'next');
    const sql = `SELECT '{orders}' AS text, "total{orders}" /* {orders} */ FROM (SELECT 1 AS "total{orders}") -- {orders}`;
    const [row, table] = await readModels.transaction('orders@1.2', (tx) => [
      tx.get(sql),
      tx.table('orders'),
    ]);
    expect(row).toEqual({ text: '{orders}', 'total{orders}': 1 });
    expect(table).toBe('orders__v1_2__orders');
    const wrong = readModels.transaction('orders@1', (tx) => tx.run('DELETE FROM {a__b}'));
    await expect(wrong).rejects.toMatchObject({ code: 'invalid-options' });
    const reactor = readModels.transaction('reactor/mail', (tx) => tx.run('DELETE FROM {orders}'));
    await expect(reactor).rejects.toMatchObject({ code: 'invalid-options' });
  });
});
