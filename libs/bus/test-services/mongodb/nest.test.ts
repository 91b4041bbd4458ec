import { Test } from '@nestjs/testing';
import { readCommitMessage } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import { MongoPublicationStore } from '@varve/bus/mongodb';
import { BusModule, getBusHostToken, type BusHost } from '@varve/bus/nest';
import type { EventStore } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { afterAll, describe, expect, test } from 'vitest';
import { mongoServers } from '../../../../test/services/mongodb/index.js';
import { until } from '../../../../test/support/until.js';
import { PublicationBench } from './bench.js';

describe.each(await mongoServers())('BusModule on $name', (server) => {
  const bench = new PublicationBench(server);
  afterAll(() => bench.dispose());

  test('keeps what publication remembers where its option says, takes its report back at the end, and closes the store', async () => {
    const mongodb = bench.newPlace();
    const broker = new MemoryBroker();
    const seen: string[] = [];
    const reader = new MemoryMessageBus({ broker });
    await reader.subscribe({ topics: ['order'], group: 'reader' }, async (message) => {
      seen.push(readCommitMessage(message).stream);
    });
    const module = await Test.createTestingModule({
      imports: [
        EventStoreModule.forRoot({ mongodb }),
        BusModule.forRoot({
          memory: { broker },
          publication: { categories: { order: 'two-phase' }, store: { mongodb } },
        }),
      ],
    }).compile();
    const app = await module.init();
    const { publication } = app.get<BusHost>(getBusHostToken());
    const placed = [{ type: 'order.placed', data: {} }];
    await app.get<EventStore>(getEventStoreToken()).append('order-1', 'no-stream', placed);
    await until(async () => (await publication.report()).position === 1, { what: 'the checkpoint' });
    expect(seen).toEqual(['order-1']);
    await until(async () => (await publication.report()).instances?.length === 1, { what: 'its report' });
    expect(await publication.report()).toMatchObject({
      relay: { state: 'active' },
      instances: [{ relay: { swept: 0 } }],
    });
    const of = { relay: 'relay', logId: app.get<EventStore>(getEventStoreToken()).logId };
    await app.close();
    await reader.close();

    const store = await MongoPublicationStore.connect({ ...mongodb, create: false });
    expect(await store.load('relay')).toMatchObject({ position: 1 });
    expect(await store.readLease('relay')).not.toHaveProperty('owner');
    expect(await store.listInstances(of)).toEqual([]);
    await store.close();
  });
});
