import { Test } from '@nestjs/testing';
import { defineEvent, type EventStore, type RecordedEvent } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import type { MongoReadModels, MongoTransaction } from '@varve/projections/mongodb';
import {
  getProjectorToken,
  getReadModelsToken,
  On,
  Projection,
  ProjectionsModule,
  type ProjectorHost,
} from '@varve/projections/nest';
import { afterAll, expect, it } from 'vitest';
import { ReadModelsBench } from './bench.js';
import { charge, type OrderRow } from './orders.js';
import { describeTransactional } from './servers.js';

const charged = defineEvent<{ cents: number }>('order.charged');

@Projection({ name: 'totals', version: 1, order: 'stream' })
class Totals {
  async setup(tx: MongoTransaction): Promise<void> {
    await tx.createCollection('totals');
  }

  @On('order.charged')
  async charged({ stream, data }: RecordedEvent<{ cents: number }>, tx: MongoTransaction): Promise<void> {
    const rows = tx.collection<OrderRow>('totals');
    await rows.updateOne({ _id: stream }, { $inc: { cents: data.cents, events: 1 } }, { upsert: true });
  }
}

describeTransactional('ProjectionsModule with read models in MongoDB', (server) => {
  const bench = new ReadModelsBench(server);
  afterAll(() => bench.dispose());

  it('connects, applies and closes', async () => {
    const place = bench.newPlace();
    const imports = [
      EventStoreModule.forRoot({ store: () => new InMemoryEventStore(), events: [charged] }),
      ProjectionsModule.forRoot({ mongodb: { ...place, uri: server.uri } }),
      ProjectionsModule.forFeature([Totals]),
    ];
    const app = await Test.createTestingModule({ imports }).compile();
    await app.init();
    const log = app.get<EventStore>(getEventStoreToken());
    const readModels = app.get<MongoReadModels>(getReadModelsToken());
    await charge(log, 'order-1', 7);
    await app.get<ProjectorHost>(getProjectorToken()).waitFor(1, 'totals', { timeout: 20_000 });
    const row = await readModels.query('totals', (q) => q.collection<OrderRow>('totals').findOne());
    await app.close();

    expect(row).toEqual({ _id: 'order-1', cents: 7, events: 1 });
    await expect(readModels.load('totals@1')).rejects.toMatchObject({ code: 'read-models-closed' });
  });
});
