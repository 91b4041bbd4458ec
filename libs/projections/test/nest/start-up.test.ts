import { Injectable, Module, Scope, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Event, type RecordedEvent } from '@varve/eventstore';
import { EventStoreModule } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { defineProjection } from '@varve/projections';
import { On, Projection, ProjectionsModule, Reactor } from '@varve/projections/nest';
import type { SqliteTransaction } from '@varve/projections/sqlite';
import { describe, expect, test } from 'vitest';
import { AT_ONCE, Customers, CustomersModule, EVENTS, LOG, READ_MODELS, start } from './shop.js';

const options = (given: unknown) => () => ProjectionsModule.forRoot(given as { sqlite: { file: string } });

describe('an option that cannot be meant is refused at once, by its name', () => {
  const memory = { file: ':memory:' };
  test.each<[string, object]>([
    ['readModels', {}],
    ['readModels', { sqlite: memory, readModels: (): undefined => undefined }],
    ['mongodb', { sqlite: memory, mongodb: { uri: 'mongodb://127.0.0.1', database: 'shop' } }],
    ['readModels', { mongodb: { database: 'shop' }, readModels: (): undefined => undefined }],
    ['mongodb', { mongodb: 'mongodb://127.0.0.1' }],
    ['readModels', { readModels: { query: 1 } }],
    ['sqlite.file', { sqlite: {} }],
    ['sqlite.file', { sqlite: { file: '' } }],
    ['start', { sqlite: memory, start: 'no' }],
    ['group', { sqlite: memory, group: '' }],
    ['leaseDuration', { sqlite: memory, leaseDuration: 0 }],
    ['leaseDuration', { sqlite: memory, leaseDuration: '5s' }],
    ['shutdownTimeout', { sqlite: memory, shutdownTimeout: -1 }],
    ['registry', { sqlite: memory, registry: {} }],
    ['name', { sqlite: memory, name: '' }],
    ['projections', { sqlite: memory, projections: [Customers] }],
  ])('%s in %j', (option, given) => {
    expect(options(given)).toThrow(expect.objectContaining({ code: 'invalid-options', option }));
    expect(options(given)).toThrow(new RegExp(`${option}"? of ProjectionsModule`));
  });

  test('and so are no options and no factory at all', () => {
    for (const nothing of [undefined, null, 'r.db'] as never[]) {
      expect(options(nothing)).toThrow(/options of ProjectionsModule are no object/);
      expect(() => ProjectionsModule.forRootAsync(nothing)).toThrow(
        /options of ProjectionsModule are no object/,
      );
    }
    expect(() => ProjectionsModule.forRootAsync({} as never)).toThrow(/useFactory of ProjectionsModule/);
    const never = { sqlite: memory, leaseDuration: Number.NaN };
    expect(options(never)).toThrow(/leaseDuration of ProjectionsModule is NaN/);
  });

  test('what a factory gives is checked as well', async () => {
    const useFactory = () => ({ sqlite: memory, sqlit: memory });
    await expect(start(LOG, ProjectionsModule.forRootAsync({ useFactory }))).rejects.toMatchObject({
      code: 'invalid-options',
      option: 'sqlit',
    });
  });
});

async function refused(...features: (DynamicModule | (new () => object))[]): Promise<unknown> {
  return start(LOG, READ_MODELS, ...features).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a declaration that cannot work is refused at start-up', () => {
  test('a class that is neither projection nor reactor', () => {
    class Plain {}
    expect(() => ProjectionsModule.forFeature([Plain])).toThrow(/class Plain, which is neither/);
  });

  test('an undefined one, as two files that import each other make it', () => {
    expect(() => ProjectionsModule.forFeature([undefined as never])).toThrow(/import each other/);
    expect(() => On(undefined as never)).toThrow(/import each other/);
  });

  test('a handler of no event, or of a class that is no event', () => {
    class NotAnEvent {}
    expect(() => On()).toThrow(/names no event/);
    expect(() => On(NotAnEvent)).toThrow(/class NotAnEvent, which has no event name/);
  });

  test('two handlers of one event', async () => {
    @Projection({ name: 'twice', version: 1, order: 'stream' })
    class Twice {
      @On('order.placed')
      one(): void {}

      @On('order.paid', 'order.placed')
      two(): void {}
    }
    expect(await refused(ProjectionsModule.forFeature([Twice]))).toMatchObject({
      code: 'invalid-options',
      message: expect.stringMatching(/Twice handles "order.placed" twice.*two\(\)/) as string,
    });
  });

  test('a projection without handlers', async () => {
    @Projection({ name: 'idle', version: 1, order: 'stream' })
    class Idle {}
    expect(await refused(ProjectionsModule.forFeature([Idle]))).toMatchObject({
      code: 'invalid-options',
      option: 'on',
    });
  });

  test('an event that nobody has registered', async () => {
    @Event('order.shipped')
    class OrderShipped {
      readonly carrier: string = '';
    }
    @Projection({ name: 'shipped', version: 1, order: 'stream' })
    class Shipped {
      @On(OrderShipped)
      shipped(_event: RecordedEvent<OrderShipped>): void {}
    }
    expect(await refused(ProjectionsModule.forFeature([Shipped]))).toMatchObject({
      code: 'invalid-options',
      message: expect.stringContaining('order.shipped') as string,
    });
  });

  test('two of one name, whatever they are', async () => {
    @Reactor({ name: 'customers' })
    class Mail {
      @On('order.placed')
      placed(): void {}
    }
    const error = await refused(CustomersModule, ProjectionsModule.forFeature([Mail]));
    expect(error).toMatchObject({ code: 'duplicate-projection', projection: 'customers' });
  });

  test('order "log" together with parking', async () => {
    const badges = defineProjection<SqliteTransaction>({
      name: 'badges',
      version: 1,
      order: 'log',
      failurePolicy: { ...AT_ONCE, then: 'park' },
      on: { 'order.placed': () => undefined },
    });
    expect(await refused(ProjectionsModule.forFeature([badges]))).toMatchObject({
      code: 'invalid-options',
      option: 'failurePolicy.then',
    });
  });
});

describe('a projection or reactor that is no singleton is refused', () => {
  @Injectable({ scope: Scope.REQUEST })
  class Tenant {}

  test('itself request-scoped, in whatever order it is decorated', async () => {
    @Projection({ name: 'scoped', version: 1, order: 'stream' })
    @Injectable({ scope: Scope.REQUEST })
    class Outside extends Customers {}
    @Injectable({ scope: Scope.REQUEST })
    @Projection({ name: 'scoped', version: 1, order: 'stream' })
    class Inside extends Customers {}
    for (const scoped of [Outside, Inside]) {
      expect(await refused(ProjectionsModule.forFeature([scoped]))).toMatchObject({
        code: 'invalid-options',
        message: expect.stringContaining(`${scoped.name} is request-scoped`) as string,
      });
    }
  });

  test('by what it depends on', async () => {
    @Module({ providers: [Tenant], exports: [Tenant] })
    class TenantModule {}
    @Reactor({ name: 'mail' })
    class Mail {
      constructor(readonly tenant: Tenant) {}

      @On('order.placed')
      placed(): void {}
    }
    const error = await refused(ProjectionsModule.forFeature([Mail], { imports: [TenantModule] }));
    expect(error).toMatchObject({
      code: 'invalid-options',
      message: expect.stringContaining('Mail is request-scoped') as string,
    });
  });

  test('transient', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    @Projection({ name: 'transient', version: 1, order: 'stream' })
    class Transient extends Customers {}
    expect(await refused(ProjectionsModule.forFeature([Transient]))).toMatchObject({
      code: 'invalid-options',
    });
  });
});

describe('what would silently never run is refused', () => {
  test('a projection that is only among the providers of a module', async () => {
    @Module({ providers: [Customers] })
    class Forgetful {}
    expect(await refused(Forgetful)).toMatchObject({
      code: 'invalid-options',
      message: expect.stringContaining('Customers is among the providers of a module') as string,
    });
  });

  test('a projection for read models that are not set up', async () => {
    expect(await refused(ProjectionsModule.forFeature([Customers], 'elsewhere'))).toMatchObject({
      code: 'invalid-options',
      option: 'name',
      message: expect.stringMatching(
        /"elsewhere".* are not set up: .*forRoot\({ name: "elsewhere", … }\)/,
      ) as string,
    });
    await expect(start(LOG, ProjectionsModule.forFeature([Customers]))).rejects.toThrow(
      /which are not set up: import ProjectionsModule\.forRoot\({ … }\)/,
    );
  });

  test('read models that are set up twice under one name', async () => {
    expect(
      await refused(ProjectionsModule.forRoot({ sqlite: { file: ':memory:' }, group: 'b' })),
    ).toMatchObject({
      code: 'invalid-options',
      option: 'name',
    });
  });

  test('read models that follow a log that is not set up', async () => {
    const lost = ProjectionsModule.forRoot({ name: 'lost', log: 'nowhere', sqlite: { file: ':memory:' } });
    await expect(start(LOG, lost)).rejects.toThrow(/set up the event store "nowhere"/);
  });
});

test('what is wrong with the options of the log is not hidden by the projections that need it', async () => {
  const log = EventStoreModule.forRoot({
    store: () => Promise.reject(new Error('no such host')),
    events: EVENTS,
  });
  await expect(start(log, READ_MODELS, CustomersModule)).rejects.toThrow('no such host');
});

test('with abortOnError: false an app that is refused rejects, and leaves nothing running', async () => {
  class Plain {
    readonly name = 'plain';
  }
  const log = new InMemoryEventStore();
  const root = {
    module: Plain,
    imports: [
      EventStoreModule.forRoot({ store: log, events: EVENTS }),
      READ_MODELS,
      CustomersModule,
      ProjectionsModule.forFeature([
        Object.assign(
          defineProjection<never>({
            name: 'customers',
            version: 2,
            order: 'stream',
            on: { 'order.placed': () => undefined },
          }),
        ),
      ]),
    ],
  };
  await expect(
    NestFactory.createApplicationContext(root, { logger: false, abortOnError: false }),
  ).rejects.toMatchObject({ code: 'duplicate-projection' });
});
