import { MongoPublicationStore } from '@varve/bus/mongodb';
import { describe, expect, test } from 'vitest';

describe('A publication store in MongoDB', () => {
  test('that nobody serves says so, with the place and without the password', async () => {
    const uri = 'mongodb://shop:secret@127.0.0.1:1/';
    const connecting = MongoPublicationStore.connect({ uri, database: 'shop', commandTimeout: 100 });
    const error: unknown = await connecting.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'store-unavailable',
      retryable: true,
      written: 'not-written',
      message: expect.stringMatching(
        /^The publication store 127\.0\.0\.1:1\/shop\.varve_publication cannot be reached.*Check the address/,
      ) as string,
    });
    expect(String(error)).not.toContain('secret');
  });

  test('is refused by the name of a wrong option', async () => {
    const uri = 'mongodb://127.0.0.1:1/';
    const wrong = [
      ['uri', { database: 'shop' }],
      ['uri', { uri: 'http://127.0.0.1', database: 'shop' }],
      ['client', { client: {}, database: 'shop' }],
      ['database', { uri, database: 'a.b' }],
      ['commandTimeout', { uri, database: 'shop', commandTimeout: 0 }],
    ] as const;
    for (const [option, options] of wrong) {
      const connecting = MongoPublicationStore.connect(options as never);
      await expect(connecting).rejects.toMatchObject({ code: 'invalid-options', option });
    }
  });
});
