import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { markOf } from '../../src/log/commit.js';
import { SqliteEventStore } from '@varve/eventstore/sqlite';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

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
});
