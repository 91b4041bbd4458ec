import { MongoEventStore } from '@varve/eventstore/mongodb';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { WireProxy } from '../../../../test/services/mongodb/wire/index.js';
import { MongoBench } from './mongo-harness.js';

const noted = [{ type: 'note.taken', data: {} }];

describe.each(await mongoServers())('A connection to $name that falls silent in a command', (server) => {
  const bench = new MongoBench(server);
  afterAll(() => bench.dispose());
  let proxy: WireProxy;
  let log: MongoEventStore;

  beforeEach(async () => {
    proxy = await WireProxy.open(server.uri);
    const whole = bench.newLog();
    // Some server takes longer than the time below to make the collections.
    await (await MongoEventStore.connect(whole)).close();
    const { client: _, ...place } = whole;
    // Longer than a server that is busy takes for what is not held.
    log = await MongoEventStore.connect({ ...place, uri: proxy.uri, commandTimeout: 3_000 });
  });
  afterEach(async () => {
    await log.close();
    await proxy.close();
  });

  test('is given up by an append, which is made on another one', async () => {
    const silent = proxy.on({ command: 'insert' }, { does: 'hold' });
    const appended = await log.append('note-1', 'no-stream', noted);
    expect(appended).toMatchObject({ ok: true, commit: { position: 1 } });
    expect(silent.caught.length).toBe(1);
  });

  test('is given up by a read, which is made on another one, and says so when that is silent as well', async () => {
    const first = proxy.on({ command: 'find' }, { does: 'hold' });
    expect(await log.head()).toBe(0);
    expect(first.caught.length).toBe(1);

    proxy.on({ command: 'find', times: Infinity }, { does: 'hold' });
    await expect(log.head()).rejects.toMatchObject({
      code: 'store-unavailable',
      message: expect.stringContaining('did not answer in time') as string,
    });
  });
});
