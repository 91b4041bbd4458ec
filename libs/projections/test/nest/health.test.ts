import { join } from 'node:path';
import { Controller, Get, Inject, Logger, Module, type INestApplication } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { EventStoreModule } from '@varve/eventstore/nest';
import {
  On,
  ProjectionsHealthIndicator,
  ProjectionsModule,
  Reactor,
  type ProjectionsOptions,
} from '@varve/projections/nest';
import Database from 'better-sqlite3';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { until } from '../../../../test/support/until.js';
import {
  AT_ONCE,
  CustomersModule,
  EVENTS,
  LOG,
  OrderPlaced,
  partsOf,
  place,
  type CustomerRow,
} from './shop.js';
import { afterTest } from '../../../../test/support/after-test.js';

@Controller()
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(ProjectionsHealthIndicator) private readonly projections: ProjectionsHealthIndicator,
  ) {}

  @Get('health')
  @HealthCheck()
  check() {
    return this.health.check([() => this.projections.check('projections')]);
  }
}

@Module({ imports: [TerminusModule], controllers: [HealthController] })
class HealthModule {}

type Imported = NonNullable<Parameters<typeof Test.createTestingModule>[0]['imports']>;

async function listen(imports: Imported, before?: () => void): Promise<INestApplication> {
  const testing = await Test.createTestingModule({ imports: [HealthModule, ...imports] }).compile();
  before?.();
  const app = testing.createNestApplication({ logger: false });
  afterTest(() => app.close());
  await app.listen(0, '127.0.0.1');
  return app;
}

async function healthOf(app: INestApplication) {
  const answer = await fetch(`${await app.getUrl()}/health`);
  const { details } = (await answer.json()) as { details: { projections: Record<string, unknown> } };
  return { status: answer.status, ...details.projections } as Record<string, unknown> & { status: unknown };
}

const memory: ProjectionsOptions = { sqlite: { file: ':memory:' }, leaseDuration: 500 };

test('projections that work are up, with how far each has come; one that is paused is not ill', async () => {
  const app = await listen([LOG, ProjectionsModule.forRoot(memory), CustomersModule]);
  const { log, projector, readModels } = partsOf(app);
  await projector.waitFor(await place(log, 'order-1', 'Ada'), 'customers');
  expect(await healthOf(app)).toMatchObject({
    status: 'up',
    projections: [{ processor: 'customers@1', state: 'active', behind: 0, parked: 0 }],
  });
  await readModels.setState('customers@1', 'paused', 'moving house');
  expect(await healthOf(app)).toMatchObject({
    status: 'up',
    projections: [{ state: 'paused', reason: 'moving house' }],
  });
});

test('a projection that was stopped by a failure turns health red until it is resumed', async () => {
  const failing = { ...memory, failurePolicy: AT_ONCE };
  const app = await listen([LOG, ProjectionsModule.forRoot(failing), CustomersModule]);
  const { log, projector, readModels } = partsOf(app);
  await projector.waitFor(0, 'customers');
  const position = await place(log, 'order-1', 'Ada', 1.5);
  expect(await projector.waitFor(position, 'customers')).toMatchObject({ reached: false, reason: 'stopped' });
  expect(await healthOf(app)).toMatchObject({
    status: 'down',
    projections: [{ state: 'stopped', reason: expect.stringContaining('REAL value') as string }],
  });
  await readModels.transaction('customers@1', (tx) =>
    tx.exec('DROP TABLE {customers}; CREATE TABLE {customers} (name TEXT PRIMARY KEY, cents)'),
  );
  await readModels.setState('customers@1', 'active');
  expect(await projector.waitFor(position, 'customers')).toMatchObject({ reached: true });
  expect((await healthOf(app)).status).toBe('up');
  const rows = await readModels.query('customers', (query) =>
    query.all<CustomerRow>('SELECT * FROM {customers}'),
  );
  expect(rows).toEqual([{ name: 'Ada', cents: 1.5 }]);
});

test('a reactor that was stopped turns health red as well', async () => {
  @Reactor({ name: 'mail', failurePolicy: AT_ONCE, startFrom: 'beginning' })
  class Mail {
    @On(OrderPlaced)
    placed(): void {
      throw new Error('no such mailbox');
    }
  }
  const app = await listen([LOG, ProjectionsModule.forRoot(memory), ProjectionsModule.forFeature([Mail])]);
  await place(partsOf(app).log, 'order-1', 'Ada');
  await until(async () => (await healthOf(app)).status === 'down', { what: 'red health' });
  expect(await healthOf(app)).toMatchObject({
    projections: [
      { processor: 'reactor/mail', reason: expect.stringContaining('no such mailbox') as string },
    ],
  });
});

test('a group whose read models are elsewhere is not started: red, with the reason, and said in the log', async () => {
  const folder = temporaryFolder();
  const log = EventStoreModule.forRoot({ sqlite: { file: join(folder, 'log.db') }, events: EVENTS });
  const first = await listen([
    log,
    ProjectionsModule.forRoot({ sqlite: { file: join(folder, 'here.db') } }),
    CustomersModule,
  ]);
  await partsOf(first).projector.waitFor(0, 'customers');
  const errors = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  afterTest(async () => errors.mockRestore());
  const second = await listen([
    log,
    ProjectionsModule.forRoot({ sqlite: { file: join(folder, 'there.db') } }),
    CustomersModule,
  ]);
  await until(async () => (await healthOf(second)).status === 'down', { what: 'red health' });
  expect(await healthOf(second)).toMatchObject({
    code: 'invalid-options',
    message: expect.stringMatching(/group "default" .* has its read models in .*here\.db/) as string,
  });
  expect(errors.mock.calls.flat().join()).toMatch(/does not run.*here\.db/);
  expect((await healthOf(first)).status).toBe('up');
});

/** Another process that holds the write lock of a file from when the app has opened it. */
function lockOn(file: string) {
  const holder = new Database(file);
  afterTest(async () => {
    holder.close();
  });
  return {
    holder,
    lock: () => {
      holder.exec('BEGIN IMMEDIATE');
    },
    release: () => {
      holder.exec('ROLLBACK');
    },
  };
}

test.each(['read models', 'log'])(
  '%s that cannot be written at start are tried again, and health turns green by itself',
  async (what) => {
    const folder = temporaryFolder();
    const files = { log: join(folder, 'log.db'), 'read models': join(folder, 'read-models.db') };
    const { lock, release } = lockOn(files[what as keyof typeof files]);
    const app = await listen(
      [
        EventStoreModule.forRoot({ sqlite: { file: files.log, busyTimeout: 20 }, events: EVENTS }),
        ProjectionsModule.forRoot({ sqlite: { file: files['read models'], busyTimeout: 20 } }),
        CustomersModule,
      ],
      lock,
    );
    await until(async () => (await healthOf(app)).status === 'down', { what: 'red health' });
    expect(await healthOf(app)).toMatchObject({ code: 'store-unavailable' });
    release();
    await until(async () => (await healthOf(app)).status === 'up', { what: 'green health' });
    const { log, projector } = partsOf(app);
    const position = await place(log, 'order-1', 'Ada');
    expect(await projector.waitFor(position, 'customers')).toMatchObject({ reached: true });
  },
);

test('an app that is closed while it tries again to start has not started', async () => {
  const file = join(temporaryFolder(), 'read-models.db');
  const { holder, lock, release } = lockOn(file);
  const readModels = ProjectionsModule.forRoot({ sqlite: { file, busyTimeout: 20 } });
  const app = await listen([LOG, readModels, CustomersModule], lock);
  await until(async () => (await healthOf(app)).status === 'down', { what: 'red health' });
  release();
  await app.close();
  const tables = holder.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'customers%'");
  expect(tables.all()).toEqual([]);
});
