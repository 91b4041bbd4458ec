import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { DiscoveryService } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { RecordedEvent } from '@varve/eventstore';
import { EventStoreModule, getEventStoreToken, withoutStart } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { defineProjection } from '@varve/projections';
import { getReadModelsToken, On, Projection, ProjectionsModule, Reactor } from '@varve/projections/nest';
import { SqliteReadModels, type SqliteTransaction } from '@varve/projections/sqlite';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import {
  Customers,
  customersIn,
  CustomersModule,
  EVENTS,
  LOG,
  orderPaid,
  partsOf,
  place,
  READ_MODELS,
  start,
} from './shop.js';
import { afterTest } from '../../../../test/support/after-test.js';

/** How many payments there were. */
function payments(name = 'payments') {
  return defineProjection<SqliteTransaction>({
    name,
    version: 1,
    order: 'stream',
    setup: (tx) => tx.exec('CREATE TABLE {payments} (cents INTEGER) STRICT'),
    on: {
      'order.paid': (event, tx) =>
        void tx.run('INSERT INTO {payments} VALUES (?)', (event.data as { cents: number }).cents),
    },
  });
}

const paymentsIn = (readModels: SqliteReadModels) =>
  readModels.query('payments', (query) => query.all<{ cents: number }>('SELECT cents FROM {payments}'));

test('class projections and definitions are fed from the log as soon as the app runs', async () => {
  const app = await start(LOG, READ_MODELS, ProjectionsModule.forFeature([Customers, payments()]));
  const { log, projector, readModels } = partsOf(app);
  await place(log, 'order-1', 'Ada', 40);
  const paid = await log.append('order-1', 1, [orderPaid.create({ cents: 40 })]);
  const position = paid.ok ? paid.commit.position : 0;
  expect(await projector.waitFor(position, 'customers')).toEqual({ reached: true, position });
  expect(await projector.waitFor(position, 'payments')).toMatchObject({ reached: true });
  expect(await customersIn(readModels)).toEqual([{ name: 'Ada', cents: 40 }]);
  expect(await paymentsIn(readModels)).toEqual([{ cents: 40 }]);
});

test('read models are opened from their options, and closed with the app', async () => {
  const file = join(temporaryFolder(), 'read-models.db');
  const app = await start(LOG, ProjectionsModule.forRoot({ sqlite: { file } }), CustomersModule);
  const { projector, readModels } = partsOf(app);
  await projector.waitFor(0, 'customers');
  await app.close();
  await expect(customersIn(readModels)).rejects.toMatchObject({ code: 'read-models-closed' });
  const reopened = await SqliteReadModels.open({ file, create: false });
  expect(await reopened.listVersions()).toHaveLength(1);
  await reopened.close();
});

test('what a function opens is closed with the app, and what was opened elsewhere is not', async () => {
  const opened = await SqliteReadModels.open({ file: ':memory:' });
  afterTest(() => opened.close());
  const app = await start(
    LOG,
    ProjectionsModule.forRoot({ readModels: opened }),
    ProjectionsModule.forRoot({
      name: 'own',
      readModels: () => SqliteReadModels.open({ file: ':memory:' }),
      group: 'own',
    }),
  );
  const own = app.get<SqliteReadModels>(getReadModelsToken('own'));
  await app.close();
  expect(await opened.listVersions()).toEqual([]);
  await expect(own.listVersions()).rejects.toMatchObject({ code: 'read-models-closed' });
});

test('options come from ConfigModule', async () => {
  const file = join(temporaryFolder(), 'read-models.db');
  const config = ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ readModels: { file } })] });
  await start(
    LOG,
    ProjectionsModule.forRootAsync({
      imports: [config],
      inject: [ConfigService],
      useFactory: (values: ConfigService) => ({
        sqlite: { file: values.getOrThrow<string>('readModels.file') },
      }),
    }),
  );
  expect(existsSync(file)).toBe(true);
});

test('several read models and several logs live in one app', async () => {
  const app = await start(
    LOG,
    EventStoreModule.forRoot({ name: 'archive', store: () => new InMemoryEventStore(), events: EVENTS }),
    READ_MODELS,
    ProjectionsModule.forRoot({ name: 'old', log: 'archive', sqlite: { file: ':memory:' } }),
    CustomersModule,
    ProjectionsModule.forFeature([Customers], 'old'),
    ProjectionsModule.forFeature([payments()], { name: 'old' }),
  );
  const here = partsOf(app);
  const old = { ...partsOf(app, 'old'), log: app.get<InMemoryEventStore>(getEventStoreToken('archive')) };
  await old.projector.waitFor(await place(old.log, 'order-1', 'Grace'), 'customers');
  await here.projector.waitFor(await place(here.log, 'order-1', 'Ada'), 'customers');
  expect(await customersIn(old.readModels)).toMatchObject([{ name: 'Grace' }]);
  expect(await customersIn(here.readModels)).toMatchObject([{ name: 'Ada' }]);
  expect(await paymentsIn(old.readModels)).toEqual([]);
});

test('the same class in two modules is one projection', async () => {
  @Module({ imports: [ProjectionsModule.forFeature([Customers])] })
  class BillingModule {}
  const app = await start(CustomersModule, BillingModule, LOG, READ_MODELS);
  const { log, projector, readModels } = partsOf(app);
  expect(projector.features.projections).toHaveLength(1);
  await projector.waitFor(await place(log, 'order-1', 'Ada', 3), 'customers');
  expect(await customersIn(readModels)).toEqual([{ name: 'Ada', cents: 3 }]);
});

test('a projection injects what the modules that are given along with it export', async () => {
  @Injectable()
  class Rates {
    readonly factor = 100;
  }
  @Module({ providers: [Rates], exports: [Rates] })
  class RatesModule {}
  @Projection({ name: 'customers', version: 1, order: 'stream' })
  class InEuros extends Customers {
    constructor(private readonly rates: Rates) {
      super();
    }

    override placed(event: RecordedEvent<{ customer: string; cents: number }>, tx: SqliteTransaction): void {
      super.placed({ ...event, data: { ...event.data, cents: event.data.cents / this.rates.factor } }, tx);
    }
  }
  On('order.placed')(
    InEuros.prototype,
    'placed',
    Object.getOwnPropertyDescriptor(InEuros.prototype, 'placed')!,
  );
  const app = await start(
    LOG,
    READ_MODELS,
    ProjectionsModule.forFeature([InEuros], { imports: [RatesModule] }),
  );
  const { log, projector, readModels } = partsOf(app);
  await projector.waitFor(await place(log, 'order-1', 'Ada', 700), 'customers');
  expect(await customersIn(readModels)).toEqual([{ name: 'Ada', cents: 7 }]);
});

test('a test replaces log and read models by their tokens, and no file is opened', async () => {
  const folder = temporaryFolder();
  const [log, readModels] = [new InMemoryEventStore(), await SqliteReadModels.open({ file: ':memory:' })];
  afterTest(() => readModels.close());
  const app = await Test.createTestingModule({
    imports: [
      EventStoreModule.forRoot({ sqlite: { file: join(folder, 'log.db') }, events: EVENTS }),
      ProjectionsModule.forRoot({ sqlite: { file: join(folder, 'read-models.db') }, start: false }),
      CustomersModule,
    ],
  })
    .overrideProvider(getEventStoreToken())
    .useValue(log)
    .overrideProvider(getReadModelsToken())
    .useValue(readModels)
    .compile();
  afterTest(() => app.close());
  await app.init();
  await place(log, 'order-1', 'Ada');
  await partsOf(app).projector.runUntilCaughtUp();
  expect(await customersIn(readModels)).toEqual([{ name: 'Ada', cents: 1 }]);
  expect(existsSync(join(folder, 'log.db')) || existsSync(join(folder, 'read-models.db'))).toBe(false);
});

test('with start: false nothing runs by itself, and runUntilCaughtUp() drives everything', async () => {
  const quiet = ProjectionsModule.forRoot({ sqlite: { file: ':memory:' }, start: false });
  const { log, projector, readModels } = partsOf(await start(LOG, quiet, CustomersModule));
  await place(log, 'order-1', 'Ada');
  expect(await projector.status()).toMatchObject({ started: false });
  expect(await readModels.listVersions()).toEqual([]);
  await projector.runUntilCaughtUp();
  expect(await customersIn(readModels)).toEqual([{ name: 'Ada', cents: 1 }]);
  expect(await readModels.readLease('customers@1')).not.toHaveProperty('owner');
});

test('an app that is booted without start runs nothing, whatever its options say', async () => {
  @Module({ imports: [LOG, READ_MODELS, CustomersModule] })
  class AppModule {}
  const app = await start(withoutStart(AppModule));
  const { projector, readModels } = partsOf(app);
  await new Promise((resolve) => setImmediate(resolve));
  expect(await projector.status()).toMatchObject({ started: false });
  expect(await readModels.listProcessors()).toEqual([]);
});

test('no provider of the module is request-scoped, so that nothing that uses it becomes so', async () => {
  const app = await start(LOG, READ_MODELS, CustomersModule);
  const providers = app
    .get(DiscoveryService, { strict: false })
    .getProviders()
    .filter((provider) => provider.host?.name === 'ProjectionsModule');
  expect(providers.length).toBeGreaterThan(6);
  expect(providers.every((provider) => provider.isDependencyTreeStatic())).toBe(true);
});

test('an app that is closed at once has not begun', async () => {
  const file = join(temporaryFolder(), 'read-models.db');
  const app = await start(LOG, ProjectionsModule.forRoot({ sqlite: { file } }), CustomersModule);
  await app.close();
  const readModels = await SqliteReadModels.open({ file, create: false });
  afterTest(() => readModels.close());
  for (const { lease } of await readModels.listVersions()) expect(lease.owner).toBeUndefined();
});

test('the projector is not used before the app is put together', async () => {
  const app = await Test.createTestingModule({ imports: [LOG, READ_MODELS] }).compile();
  afterTest(() => app.close());
  expect(() => partsOf(app).projector.status()).toThrow(
    expect.objectContaining({ code: 'invalid-options', option: 'projector' }),
  );
});

test('a reactor may begin at the beginning, or at what comes', async () => {
  const seen: string[] = [];
  @Reactor({ name: 'all', startFrom: 'beginning' })
  class All {
    @On('order.placed')
    placed({ stream }: RecordedEvent): void {
      seen.push(`all ${stream}`);
    }
  }
  @Reactor({ name: 'new' })
  class New {
    @On('order.placed')
    placed({ stream }: RecordedEvent): void {
      seen.push(`new ${stream}`);
    }
  }
  const quiet = ProjectionsModule.forRoot({ sqlite: { file: ':memory:' }, start: false });
  const { log, projector } = partsOf(await start(LOG, quiet, ProjectionsModule.forFeature([All, New])));
  await place(log, 'order-1', 'Ada');
  await projector.start();
  await projector.start();
  await until(() => seen.includes('all order-1'));
  await place(log, 'order-2', 'Ada');
  await until(() => seen.length === 3);
  expect(seen.toSorted()).toEqual(['all order-1', 'all order-2', 'new order-2']);
});
