import { afterAll, describe, expect, test } from 'vitest';
import { MongoEventStore } from '@varve/eventstore/mongodb';
import { mongoServers } from '../../../../../test/services/mongodb/index.js';
import { WireProxy } from '../../../../../test/services/mongodb/wire/index.js';
import { MongoBench } from '../mongo-harness.js';

/** Longer than a turn: what a server needs that has no index for what it is asked, or a load that is too high for it. */
const SLOWLY = 120;
const APPENDS = 40;

const [server] = await mongoServers();

describe('Writers that take turns', () => {
  const bench = new MongoBench(server!);
  afterAll(() => bench.dispose());

  test('write for as long as a turn lasts, however long the server takes to say where the log ends', async () => {
    const proxy = await WireProxy.open(server!.uri);
    const { client: _, ...log } = bench.newLog();
    const open = () => MongoEventStore.connect({ ...log, uri: proxy.uri, numberingLease: 'always' });
    const stores = [await open(), await open()];
    const collection = `${log.collectionPrefix}commits`;
    const ofLog = ({ find, insert }: { find?: string; insert?: string }): boolean =>
      (find ?? insert) === collection;
    const finds = proxy.on(
      { command: 'find', where: ofLog, times: Infinity },
      { does: 'delay', milliseconds: SLOWLY },
    );

    const write = async (store: MongoEventStore, writer: number): Promise<void> => {
      for (let version = 0; version < APPENDS; version++) {
        await store.append(`order-${writer}`, version, [{ type: 'order.placed', data: {} }]);
      }
    };
    await Promise.all(stores.map(write));

    const asked = finds.caught.length;
    const forTheEnd = finds.caught.filter(({ body }) => body['sort'] !== undefined).length;
    await Promise.all(stores.map((store) => store.close()));
    await proxy.close();
    expect(asked).toBeLessThan(APPENDS);
    // One look each at the beginning; whoever has had the turn before says how far it has come.
    expect(forTheEnd).toBeLessThanOrEqual(stores.length);
  });

  test('hand over the turn before they close, so that nobody waits for one who is gone', async () => {
    const proxy = await WireProxy.open(server!.uri);
    const { client: _, ...log } = bench.newLog();
    const store = await MongoEventStore.connect({ ...log, uri: proxy.uri, numberingLease: 'always' });
    const records = `${log.collectionPrefix}log`;
    const slowly = proxy.on(
      { command: 'update', where: ({ update }) => update === records, times: Infinity },
      { does: 'delay', milliseconds: SLOWLY },
    );

    await store.append('order-1', 'any', [{ type: 'order.placed', data: {} }]);
    await store.close();

    const turns = await bench.client
      .db(log.database)
      .collection<{ _id: string }>(records)
      .findOne({ _id: 'numbering' });
    await proxy.close();
    expect(turns).toMatchObject({ holder: null });
    expect(slowly.caught.length).toBe(1);
  });
});
