import { MongoReadModels, type MongoReadModelsOptions } from '@varve/projections/mongodb';
import { MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';

const uri = 'mongodb://127.0.0.1:1';
const client = new MongoClient(uri);

describe('an option of MongoDB read models that cannot be meant is refused at once, by its name', () => {
  test.each<[string, object]>([
    ['uri', { database: 'shop' }],
    ['uri', { database: 'shop', uri, client }],
    ['uri', { database: 'shop', uri: 'http://127.0.0.1' }],
    ['client', { database: 'shop', client: {} }],
    ['uri', { database: 'shop', uri: 'mongodb://:1:1' }],
    ['database', { uri }],
    ['database', { uri, database: 'a.b' }],
    ['database', { uri, database: '' }],
    ['collectionPrefix', { uri, database: 'shop', collectionPrefix: 'system.' }],
    ['collectionPrefix', { uri, database: 'shop', collectionPrefix: 'a$b' }],
    ['mode', { uri, database: 'shop', mode: 'quick' }],
    ['commandTimeout', { uri, database: 'shop', commandTimeout: 0 }],
    ['conflictTimeout', { uri, database: 'shop', conflictTimeout: 1.5 }],
    ['transactionLimit', { uri, database: 'shop', transactionLimit: -1 }],
  ])('%s in %o', async (option, given) => {
    const refused = { code: 'invalid-options', option };
    await expect(MongoReadModels.connect(given as MongoReadModelsOptions)).rejects.toMatchObject(refused);
  });
});

test('a server that does not answer is unavailable, and the error says where it should be', async () => {
  const options = { uri, database: 'shop', commandTimeout: 50 };
  await expect(MongoReadModels.connect(options)).rejects.toMatchObject({
    code: 'store-unavailable',
    retryable: true,
    message: expect.stringMatching(/127\.0\.0\.1:1\/shop cannot be reached: .* Nothing was saved\./),
  });
});
