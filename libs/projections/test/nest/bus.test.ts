import { ExpressAdapter } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { HttpLogReader } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import { BusModule, LogEndpointModule } from '@varve/bus/nest';
import { EventRegistry, type EventStore } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import {
  getProjectorToken,
  getReadModelsToken,
  Projection,
  ProjectionsModule,
  type ProjectorHost,
} from '@varve/projections/nest';
import type { SqliteReadModels } from '@varve/projections/sqlite';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { Customers, customersIn, EVENTS, LOG, partsOf, place, start } from './shop.js';
import { afterTest } from '../../../../test/support/after-test.js';

const TOKEN = 'a secret of the log';

@Projection({ name: 'customers', version: 1, order: 'stream', categories: ['order'] })
class BusCustomers extends Customers {}

@Projection({ name: 'badges', version: 1, order: 'log', categories: ['order'] })
class Badges extends Customers {}

const projections = (options: object = {}) =>
  ProjectionsModule.forRoot({ sqlite: { file: ':memory:' }, bus: true, ...options });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ownerOn(port: number, broker: MemoryBroker): Promise<EventStore> {
  const testing = await Test.createTestingModule({
    imports: [
      EventStoreModule.forRoot({ store: () => new InMemoryEventStore(), events: EVENTS }),
      BusModule.forRoot({ bus: new MemoryMessageBus({ broker }) }),
      LogEndpointModule.forRoot({ token: TOKEN }),
    ],
  }).compile();
  const app = testing.createNestApplication(new ExpressAdapter(), { logger: false });
  afterTest(() => app.close());
  await app.listen(port, '127.0.0.1');
  return app.get<EventStore>(getEventStoreToken());
}

describe('read models of an app with a bus', () => {
  test('are fed by it, in groups of their own', async () => {
    const app = await start(
      LOG,
      BusModule.forRoot({ memory: {}, topics: { prefix: 'shop-' } }),
      projections({ group: 'here' }),
      ProjectionsModule.forFeature([BusCustomers]),
    );
    const { projector } = partsOf(app);
    expect(projector.groups).toEqual([
      { name: 'varve-here-customers', topics: ['shop-order'], order: 'none' },
    ]);
    await until(async () => {
      const { projections: all } = await projector.status();
      return all[0]?.live?.here?.feed?.state === 'running';
    });
  });

  test('follow the log alone where the app is configured without a bus', async () => {
    const app = await start(
      LOG,
      BusModule.forRoot({}),
      projections(),
      ProjectionsModule.forFeature([BusCustomers]),
    );
    const { log, projector } = partsOf(app);
    await place(log, 'order-1', 'ann', 100);
    await projector.runUntilCaughtUp();
    expect((await projector.status()).projections[0]?.live?.here?.feed).toBeUndefined();
  });

  test('are refused at start-up when the order between streams matters to one of them', async () => {
    const feature = ProjectionsModule.forFeature([Badges]);
    await expect(start(LOG, BusModule.forRoot({ memory: {} }), projections(), feature)).rejects.toThrow(
      /"badges" has order 'log' and is fed by a bus/,
    );
    await start(LOG, BusModule.forRoot({ memory: {} }), projections({ feed: { projections: [] } }), feature);
  });
});

describe('read models of another service', () => {
  test('start while that is down, and go on by themselves once it is there', async () => {
    const [port, broker] = [await freePort(), new MemoryBroker()];
    const reader = new HttpLogReader({ url: `http://127.0.0.1:${port}/varve/log`, token: TOKEN, retries: 0 });
    const app = await start(
      BusModule.forRoot({ bus: new MemoryMessageBus({ broker }) }),
      projections({ reader, registry: new EventRegistry(EVENTS), feed: { walkBehind: 50 } }),
      ProjectionsModule.forFeature([BusCustomers]),
    );
    const projector = app.get<ProjectorHost>(getProjectorToken());
    const readModels = app.get<SqliteReadModels>(getReadModelsToken());
    await until(() => projector.startError !== undefined, { what: 'the first try' });

    const log = await ownerOn(port, broker);
    await place(log, 'order-1', 'ann', 100);
    const wait = await projector.waitFor({ stream: 'order-1', version: 1 }, 'customers', { timeout: 20_000 });
    expect(wait).toMatchObject({ reached: true });
    expect(await customersIn(readModels)).toEqual([{ name: 'ann', cents: 100 }]);
    expect(projector.startError).toBeUndefined();
  });

  test('need one of the two logs', async () => {
    await expect(
      start(BusModule.forRoot({ memory: {} }), projections(), ProjectionsModule.forFeature([BusCustomers])),
    ).rejects.toThrow(/no log to follow.*reader of another service/);
  });
});
