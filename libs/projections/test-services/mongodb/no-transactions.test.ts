import { MongoReadModels } from '@varve/projections/mongodb';
import { MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { uniqueName } from '../../../../test/services/shared.js';

const without = (await mongoServers()).filter(({ capabilities }) => !capabilities.transactions);

if (without.length === 0) test.skip('each server of this run has transactions');

describe.each(without)('on $name, which has no transactions', ({ uri }) => {
  test('read models are refused with the reason and the way out, and nothing is written', async () => {
    await using client = new MongoClient(uri);
    const database = uniqueName('varve-projections');
    const connecting = MongoReadModels.connect({ client, database });

    await expect(connecting).rejects.toMatchObject({ code: 'invalid-options', option: 'mode' });
    await expect(connecting).rejects.toThrow(
      /has no transactions.*Make it one.*or keep the read models in SQLite/s,
    );
    expect(await client.db(database).listCollections().toArray()).toEqual([]);
  });
});
