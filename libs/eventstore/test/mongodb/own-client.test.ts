import { expect, test } from 'vitest';
import { MongoEventStore } from '@varve/eventstore/mongodb';

test.each([
  'mongodb://shop:a-secret',
  'mongodb://shop:a-secret/orders',
  'mongodb://shop:123456/orders',
  'mongodb://shop:a-secret?tls=true',
])('an address that lacks its "@" is refused without the password: %s', async (uri) => {
  const error: unknown = await MongoEventStore.connect({ uri, database: 'shop' }).catch(
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'invalid-options', option: 'uri' });
  expect(String(error)).not.toMatch(/a-secret|123456/);
});

test('a port that is none is named', async () => {
  const connecting = MongoEventStore.connect({ uri: 'mongodb://shop:p@host:99999', database: 'shop' });
  await expect(connecting).rejects.toThrow('host:99999');
});
