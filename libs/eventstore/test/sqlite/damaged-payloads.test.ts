import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { ordersIn } from '../aggregate/order.js';

test.each([
  ...['[null]', '"abc"', '[1]', 'null', '{"length":1}', '["a"]', '[[]]', '[{}]', '[{"type":1}]', '[]', '7'],
  ...['torn [', '', '[{"type":"order.noted","data":{}},null]'],
])('a stream whose text is %s is not loaded, and the error says so', async (text) => {
  const file = join(temporaryFolder(), 'log.db');
  const store = await SqliteEventStore.open({ file });
  const orders = ordersIn({ store });
  await orders.execute('1', (order) => order.note('a'));
  const tool = new Database(file);
  tool.prepare('UPDATE commits SET events = ?').run(text);
  tool.close();
  const failure = { code: 'event-undecodable', message: expect.stringContaining('"order-1"') as string };
  await expect(orders.load('1')).rejects.toMatchObject(failure);
  await store.close();
});
