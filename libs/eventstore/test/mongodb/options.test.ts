import { MongoClient } from 'mongodb';
import { describe, expect, test } from 'vitest';
import { hostsOf } from '../../src/mongodb/connection/open-client.js';
import { withDefaults, type MongoEventStoreOptions } from '../../src/mongodb/options.js';

const uri = 'mongodb://localhost';
const database = 'shop';

const WRONG: readonly [option: string, options: object][] = [
  ['uri', { database }],
  ['uri', { uri, client: {}, database }],
  ['uri', { uri: 'http://localhost', database }],
  ['client', { client: {}, database }],
  ['database', { uri }],
  ['database', { uri, database: '' }],
  ['database', { uri, database: 'a.b' }],
  ['collectionPrefix', { uri, database, collectionPrefix: 'a$' }],
  ['collectionPrefix', { uri, database, collectionPrefix: 'system.' }],
  ['numberingLease', { uri, database, numberingLease: true }],
  ['tailReads', { uri, database, tailReads: 'nearest' }],
  ['appendTimeout', { uri, database, appendTimeout: 0 }],
  ['commandTimeout', { uri, database, commandTimeout: 1.5 }],
];

describe('The options of MongoEventStore', () => {
  test.each(WRONG)('are refused by the name of %s: %j', (option, options) => {
    expect(() => withDefaults(options as MongoEventStoreOptions)).toThrow(
      expect.objectContaining({ code: 'invalid-options', option }),
    );
  });

  test('have defaults', () => {
    expect(withDefaults({ uri, database })).toMatchObject({
      collectionPrefix: 'varve_',
      create: true,
      numberingLease: 'auto',
      tailReads: 'primary',
      appendTimeout: 20_000,
      commandTimeout: 10_000,
    });
  });

  test.each([
    ['mongodb://user:secret@a:1,b:2/shop', 'a:1,b:2'],
    ['mongodb+srv://user:secret@cluster0.example.net/shop', 'cluster0.example.net'],
  ])('name the servers of %s without the password', (address, hosts) => {
    expect(hostsOf(new MongoClient(address))).toBe(hosts);
  });
});
