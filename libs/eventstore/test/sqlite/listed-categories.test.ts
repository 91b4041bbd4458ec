import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { openLog } from '../../src/sqlite/connection/open.js';
import { withDefaults } from '../../src/sqlite/options.js';
import { listStreams } from '../../src/sqlite/read/list-streams.js';

const LOWER_BOUND = /s\.name (>=?|=) /g;

test('The streams of a category are looked for where it begins, not from the first name of the log', async () => {
  const file = join(temporaryFolder(), 'log.db');
  const store = await SqliteEventStore.open({ file });
  for (const stream of ['a-1', 'order', 'order-1', 'order-2', 'order-😀', 'orders-1', 'z-1'])
    await store.append(stream, 'any', [{ type: 'order.placed', data: {} }]);
  await store.close();

  const log = await openLog(withDefaults({ file }));
  const all = vi.spyOn(log, 'all');
  const listed = (after?: string) =>
    listStreams(log, { category: 'order', ...(after !== undefined && { after }) }).map(
      ({ stream }) => stream,
    );
  expect(listed()).toEqual(['order', 'order-1', 'order-2', 'order-😀']);
  expect(listed('a-1')).toEqual(['order', 'order-1', 'order-2', 'order-😀']);
  expect(listed('order')).toEqual(['order-1', 'order-2', 'order-😀']);
  expect(listed('order-1')).toEqual(['order-2', 'order-😀']);
  expect(listed('order-1x')).toEqual(['order-2', 'order-😀']);
  expect(listed('order-\uff5e')).toEqual(['order-😀']);
  expect(listed('z-1')).toEqual([]);
  // SQLite takes the first bound that a statement has for the index, and walks from there.
  const paged = all.mock.calls.map(([sql]) => sql).filter((sql) => sql.includes('LIMIT'));
  expect(new Set(paged.map((sql) => sql.match(LOWER_BOUND)?.length))).toEqual(new Set([1]));
  log.database.close();
});
