import { expect, test } from 'vitest';
import { parseStoreName, redacted } from '../../src/cli/log/log-name.js';
import { UsageError } from '../../src/cli/target.js';
import { varve } from './command.js';
import { shopFiles } from './shop.js';

test.each([
  ['shop.db', { kind: 'sqlite', file: 'shop.db' }],
  ['/srv/a b/shop.db', { kind: 'sqlite', file: '/srv/a b/shop.db' }],
  ['C:\\shop\\shop.db', { kind: 'sqlite', file: 'C:\\shop\\shop.db' }],
  ['mongodb://host/shop', { kind: 'mongodb', uri: 'mongodb://host/shop', database: 'shop' }],
  [
    'mongodb://user:p%40ss@a:1,b:2,c:3/shop?replicaSet=rs0&collectionPrefix=orders_&authSource=admin',
    {
      kind: 'mongodb',
      uri: 'mongodb://user:p%40ss@a:1,b:2,c:3/shop?replicaSet=rs0&authSource=admin',
      database: 'shop',
      collectionPrefix: 'orders_',
    },
  ],
  [
    'mongodb+srv://db.example/caf%C3%A9?collectionPrefix=',
    { kind: 'mongodb', uri: 'mongodb+srv://db.example/caf%C3%A9', database: 'café', collectionPrefix: '' },
  ],
])('%s names a place', (name, place) => {
  expect(parseStoreName(name)).toEqual(place);
});

test.each([
  ['mongodb://user:p@host/shop', 'mongodb://***@host/shop'],
  ['mongodb+srv://user:p:@x@host/shop', 'mongodb+srv://***@host/shop'],
  ['mongodb://host/shop', 'mongodb://host/shop'],
])('%s is said without user and password', (name, said) => {
  expect(redacted(name)).toBe(said);
});

test.each([
  'MONGODB://u:topsecret@h/x',
  ' mongodb://u:topsecret@h/x',
  'mongodb:/u:topsecret@h/x',
  'mongodb:u:topsecret@h',
  'mongodb://u:top/topsecret@h/x',
])('%s is refused, and its password is not said', (name) => {
  expect(() => parseStoreName(name)).toThrow(/mongodb:\/\//);
  expect(() => parseStoreName(name)).not.toThrow(/topsecret/);
});

test.each([
  'mongodb://u:top%secret@h/x',
  'mongodb://u:topsecret%@h/x',
  'mongodb://u:topsecret@h/100%',
  'mongodb://u:topsecret@h/x?collectionPrefix=%zz',
])('%j has a "%" that begins no escape, which is said without its password', (name) => {
  expect(() => parseStoreName(name)).toThrow(
    /^mongodb:\/\/\*\*\*@.* has a "%" that begins no escape: write "%25"/,
  );
  expect(() => parseStoreName(name)).not.toThrow(/secret/);
  expect(() => parseStoreName(name)).toThrow(UsageError);
});

test.each(['', ':memory:'])('"%s" is no place for a log', (name) => {
  expect(() => parseStoreName(name)).toThrow(/in memory is gone/);
});

test('the command of an app copies what is named, and loads no app for it', async () => {
  const { log } = await shopFiles();
  const app = () => Promise.reject(new Error('the app was loaded'));
  const { code, out } = await varve(['log', 'copy', log, `${log}.new`], { app });
  expect([code, out]).toEqual([0, expect.stringContaining('is copied from')]);
});
