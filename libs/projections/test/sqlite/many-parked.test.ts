import Database from 'better-sqlite3';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { FIND_REQUESTED } from '../../src/sqlite/parking/find-requested.js';
import { open } from './orders.js';

function planIn(file: string): string {
  const database = new Database(file, { readonly: true });
  const steps = database.prepare<[string], { detail: string }>(`EXPLAIN QUERY PLAN ${FIND_REQUESTED}`);
  const plan = steps.all('orders@1').map(({ detail }) => detail);
  database.close();
  return plan.join('; ');
}

test('What somebody has asked for is found without a look at all that is parked', async () => {
  const [made, older] = ['made.db', 'older.db'].map((name) => join(temporaryFolder(), name)) as [
    string,
    string,
  ];
  for (const file of [made, older]) await (await open(file)).close();
  const header = new Database(older);
  header.exec('DROP INDEX IF EXISTS varve_parked_requested; PRAGMA user_version = 2');
  header.close();
  await (await open(older)).close();

  for (const file of [made, older])
    expect(planIn(file)).toBe('SEARCH varve_parked USING INDEX varve_parked_requested (processor=?)');
});
