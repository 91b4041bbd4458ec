import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { openLog } from '../../src/sqlite/connection/open.js';
import type { SqliteLog } from '../../src/sqlite/connection/sqlite-log.js';
import { withDefaults } from '../../src/sqlite/options.js';
import { readBatch } from '../../src/sqlite/read/read-all.js';

const COPY = `INSERT INTO commits
  SELECT position + 1, stream_id, first_version + 1, count, NULL, at, events FROM commits ORDER BY position DESC LIMIT 1`;

/** After every statement of this log another process has appended one more commit. */
function overtaken(log: SqliteLog, file: string): () => void {
  const other = new Database(file);
  const append = other.prepare(COPY);
  const [all, get] = [log.all.bind(log), log.get.bind(log)];
  log.all = <Row>(...query: Parameters<typeof all>) => {
    const rows = all<Row>(...query);
    append.run();
    return rows;
  };
  log.get = <Row>(...query: Parameters<typeof get>) => {
    const row = get<Row>(...query);
    append.run();
    return row;
  };
  return () => other.close();
}

test.each([
  ['everything', {}],
  ['a category that all are in', { categories: ['order'] }],
  ['a type that all have', { types: ['order.charged'] }],
  ['a category that none is in', { categories: ['customer'] }],
])('a reader of %s skips nothing that is appended while it reads', async (_what, filter) => {
  const file = join(temporaryFolder(), 'log.db');
  const store = await SqliteEventStore.open({ file });
  for (let n = 0; n < 3; n++) await store.append('order-1', 'any', [{ type: 'order.charged', data: { n } }]);
  const log = await openLog(withDefaults({ file }));
  const stop = overtaken(log, file);
  const isMatched = !('categories' in filter) || filter.categories.includes('order');
  let position = 0;
  for (let batches = 0; batches < 20; batches++) {
    const batch = readBatch(log, position, 5, filter);
    const { commits, upTo } = batch ?? { commits: [], upTo: position };
    const looked = Array.from({ length: upTo - position }, (_, index) => position + index + 1);
    expect(commits.map((commit) => commit.position)).toEqual(isMatched ? looked : []);
    position = upTo;
  }
  expect(position).toBeGreaterThan(20);
  stop();
  log.close();
  await store.close();
});
