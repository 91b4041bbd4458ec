import { beforeAll, describe, expect, test } from 'vitest';
import { publicNames, type PublicName } from './public-names.js';

describe('what the libs export', () => {
  let names: readonly PublicName[] = [];
  beforeAll(() => {
    names = publicNames(['eventstore', 'bus', 'projections']);
  }, 120_000);

  test('is found, from every entry, with the fields of options', () => {
    expect(names.length).toBeGreaterThan(1_000);
    const some = [
      'EventStore',
      'RelayOptions.topics',
      'EventStoreModule',
      'messageBusContract',
      'runVarveCli',
    ];
    expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(some));
  });

  test('says in a doc comment what it is for, and so does each field of options', () => {
    const bare = names.filter(({ hasWords }) => !hasWords).map(({ file, name }) => `${file}: ${name}`);
    expect([...new Set(bare)], 'exported without words').toEqual([]);
  });
});
