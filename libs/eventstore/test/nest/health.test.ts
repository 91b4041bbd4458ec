import { Controller, Get, Inject, Module } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { EventStoreHealthIndicator, EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { INestApplication } from '@nestjs/common';

@Controller()
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(EventStoreHealthIndicator) private readonly log: EventStoreHealthIndicator,
  ) {}

  @Get('health')
  @HealthCheck()
  check() {
    return this.health.check([() => this.log.check('log'), () => this.log.check('archive', 'archive')]);
  }
}

@Module({
  imports: [
    TerminusModule,
    EventStoreModule.forRoot({ store: () => new InMemoryEventStore() }),
    EventStoreModule.forRoot({ name: 'archive', store: () => new InMemoryEventStore() }),
  ],
  controllers: [HealthController],
})
class HealthModule {}

let app: INestApplication;

beforeEach(async () => {
  const testing = await Test.createTestingModule({ imports: [HealthModule] }).compile();
  app = testing.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
});

afterEach(() => app.close());

test('a store whose head can be read is up', async () => {
  const store = app.get<InMemoryEventStore>(getEventStoreToken());
  await store.append('order-1', 'no-stream', [{ type: 'order.placed', data: {} }]);
  const answer = await fetch(`${await app.getUrl()}/health`);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    status: 'ok',
    details: {
      log: { status: 'up', position: 1, logId: store.logId, durability: 'volatile' },
      archive: { status: 'up', position: 0 },
    },
  });
});

test('a store that cannot be read is down, with the error’s code', async () => {
  await app.get<InMemoryEventStore>(getEventStoreToken('archive')).close();
  const answer = await fetch(`${await app.getUrl()}/health`);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({
    status: 'error',
    error: { archive: { status: 'down', code: 'store-closed' } },
    details: { log: { status: 'up' } },
  });
});

test('a sealed store is up, for reading, and says where its log has gone', async () => {
  const store = app.get<InMemoryEventStore>(getEventStoreToken());
  const { at } = await store.seal({ movedTo: 'db.example/shop.varve_commits' });
  const answer = await fetch(`${await app.getUrl()}/health`);
  expect(await answer.json()).toMatchObject({
    status: 'ok',
    details: {
      log: {
        status: 'up',
        sealed: { at: at.toISOString(), movedTo: 'db.example/shop.varve_commits' },
      },
    },
  });
});
