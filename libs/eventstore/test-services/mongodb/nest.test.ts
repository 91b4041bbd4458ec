import { Test } from '@nestjs/testing';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import type { MongoEventStore } from '@varve/eventstore/mongodb';
import { afterAll, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { MongoBench } from './mongo-harness.js';

describe.each(await mongoServers())('EventStoreModule on $name', ({ uri }) => {
  const bench = new MongoBench({ uri });
  afterAll(() => bench.dispose());

  test('connects to the log that its option mongodb names, and closes it on shutdown', async () => {
    const { client: _client, ...log } = bench.newLog();
    const module = EventStoreModule.forRoot({ mongodb: { ...log, uri } });
    const app = await (await Test.createTestingModule({ imports: [module] }).compile()).init();
    const store = app.get<MongoEventStore>(getEventStoreToken());
    expect(await store.append('note-1', 'no-stream', [{ type: 'note.taken', data: 1 }])).toMatchObject({
      ok: true,
    });
    await app.close();
    await expect(store.head()).rejects.toMatchObject({ code: 'store-closed' });
  });
});
