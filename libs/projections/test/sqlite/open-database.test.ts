import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { SqliteReadModels, type SqliteReadModelsOptions } from '@varve/projections/sqlite';
import { pretendNodeApi } from '../../../../test/support/older-node.js';
import { openedTogether } from '../../../../test/support/opened-together.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

test('a Node that the driver would crash is refused with what to do', async () => {
  for (const nodeApi of ['9', undefined]) {
    pretendNodeApi(nodeApi);
    await expect(SqliteReadModels.open({ file: ':memory:' })).rejects.toMatchObject({
      code: 'store-incompatible',
      message: expect.stringContaining('22.14') as string,
    });
  }
});

test('two that make read models together both open them, whatever one has done between two steps of the other', async () => {
  expect(await openedTogether((file) => SqliteReadModels.open({ file }))).toBeGreaterThan(3);
});

test('read models that exist are opened while another process writes', async () => {
  const file = join(temporaryFolder(), 'read-models.db');
  await (await SqliteReadModels.open({ file })).close();
  const writer = new Database(file);
  writer.exec('BEGIN IMMEDIATE');
  const readModels = await SqliteReadModels.open({ file, busyTimeout: 0 });
  expect(await readModels.listVersions()).toEqual([]);
  writer.exec('ROLLBACK');
  writer.close();
  await readModels.close();
});

test.each([
  ['busytimeout', { file: ':memory:', busytimeout: 1 }],
  ['busyTimeout', { file: ':memory:', busyTimeout: '5s' }],
  ['file', { file: '' }],
  ['options', 'read-models.db'],
  ['options', undefined],
])('the option "%s" is refused by its name in %j', async (option, options) => {
  const opening = SqliteReadModels.open(options as SqliteReadModelsOptions);
  await expect(opening).rejects.toMatchObject({ code: 'invalid-options', option });
});
