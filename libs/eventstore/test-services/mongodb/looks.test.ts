import { MongoClient } from 'mongodb';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { MongoBench } from './mongo-harness.js';

const noted = [{ type: 'note.taken', data: { n: 1 } }];

describe.each(await mongoServers())('MongoEventStore on $name', (server) => {
  const bench = new MongoBench(server);
  const client = new MongoClient(server.uri, { monitorCommands: true });
  let store: MongoEventStore;
  let looks = 0;
  client.on('commandStarted', ({ command: { find } }) => {
    if (String(find).endsWith('commits')) looks += 1;
  });
  beforeAll(async () => {
    store = await MongoEventStore.connect({ ...bench.newLog(), client, numberingLease: 'never' });
    for (let version = 0; version < 3; version++) await store.append('note-1', version, noted);
  });
  afterAll(async () => {
    await store.close();
    await client.close();
    await bench.dispose();
  });

  async function looksFor(work: () => AsyncIterable<unknown>): Promise<{ read: number; looks: number }> {
    const before = looks;
    const read: unknown[] = [];
    for await (const some of work()) read.push(some);
    return { read: read.flat().length, looks: looks - before };
  }

  test('reads a short stream by one look, from either end', async () => {
    expect(await looksFor(() => store.readPayloads('note-1'))).toEqual({ read: 3, looks: 1 });
    expect(await looksFor(() => store.readStream('note-1'))).toEqual({ read: 3, looks: 1 });
    expect(await looksFor(() => store.readStream('note-1', { direction: 'backward' }))).toEqual({
      read: 3,
      looks: 1,
    });
    expect(await looksFor(() => store.readStream('note-1', { limit: 2 }))).toEqual({ read: 2, looks: 1 });
    expect(await looksFor(() => store.readPayloads('note-2'))).toEqual({ read: 0, looks: 1 });
  });
});
