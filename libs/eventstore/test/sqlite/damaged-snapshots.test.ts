import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { markOf } from '../../src/log/commit.js';
import { SnapshotStrategy } from '@varve/eventstore';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { orderDefinition, ordersIn, orderSnapshots, registry } from '../aggregate/order.js';

const counted = [{ type: 'n.counted', data: {} }];
let file: string;
let store: SqliteEventStore;

beforeEach(async () => {
  file = join(temporaryFolder(), 'log.db');
  store = await SqliteEventStore.open({ file });
});

afterEach(() => store.close());

/** Changes the stored snapshots as no store would. */
function damage(assignment: string): void {
  const tool = new Database(file);
  tool.exec(`UPDATE snapshots SET ${assignment}`);
  tool.close();
}

async function appended() {
  const result = await store.append('n-1', 'any', counted);
  if (!result.ok) throw new Error('a conflict');
  const { commit } = result;
  return { version: commit.lastVersion, revision: 'r', mark: markOf(commit), state: { n: 1 } };
}

describe('a damaged snapshot', () => {
  test.each(["mark = 'torn {'", "mark = 'null'", "mark = '[1]'", 'version = 9007199254740993'])(
    'with %s is replaced by an older one, and fails no append beside it',
    async (assignment) => {
      const [older, newer] = [await appended(), await appended()];
      await store.saveSnapshot('n-1', newer);
      damage(assignment);
      const both = await Promise.all([store.saveSnapshot('n-1', older), store.append('n-2', 0, counted)]);
      expect(both[1]).toMatchObject({ ok: true, commit: { position: 3 } });
      expect(await store.loadSnapshot('n-1', 'r')).toStrictEqual(older);
    },
  );

  test.each(["mark = 'torn {'", "mark = 'null'", "mark = '[1]'", "state = 'torn {'"])(
    'with %s is not handed out, and the error says so',
    async (assignment) => {
      await store.saveSnapshot('n-1', await appended());
      damage(assignment);
      await expect(store.loadSnapshot('n-1', 'r')).rejects.toMatchObject({
        code: 'store-incompatible',
        message: expect.stringMatching(/snapshot of stream "n-1" is damaged/) as string,
      });
    },
  );

  test.each([
    ...['version = 0', 'version = -5', 'version = 9007199254740993', "mark = 'null'", "mark = '{}'"],
    ...["mark = 'torn'", "state = 'torn'", "state = 'null'"],
  ])('with %s keeps no aggregate from being loaded and saved', async (assignment) => {
    const snapshots = { ...orderSnapshots, strategy: SnapshotStrategy.everyEvents(2) };
    const orders = ordersIn({ store, snapshotStore: store, definition: { ...orderDefinition, snapshots } });
    const note = (text: string) => orders.execute('1', (order) => order.note(text));
    for (const text of 'ab') await note(text);
    await orders.idle();
    damage(assignment);
    expect((await orders.load('1')).notes).toStrictEqual(['a', 'b']);
    await note('c');
    await orders.idle();
    const revision = `${snapshots.revision}/${registry.revision(Object.keys(orderDefinition.handlers))}`;
    expect(await store.loadSnapshot('order-1', revision)).toMatchObject({
      version: 3,
      state: { notes: ['a', 'b', 'c'] },
    });
  });
});
