import { Controller, Get, Inject, Logger, Module, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { MemoryBroker } from '@varve/bus/memory';
import { BusHealthIndicator, BusModule, OnMessage, Subscriber } from '@varve/bus/nest';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { type Imports } from './shop.js';
import { afterTest } from '../../../../test/support/after-test.js';

@Controller()
class HealthController {
  constructor(
    @Inject(HealthCheckService) private readonly health: HealthCheckService,
    @Inject(BusHealthIndicator) private readonly bus: BusHealthIndicator,
  ) {}

  @Get('health')
  @HealthCheck()
  check() {
    return this.health.check([() => this.bus.check('bus')]);
  }
}

@Module({ imports: [TerminusModule], controllers: [HealthController] })
class HealthModule {}

@Subscriber({ group: 'audit', topics: ['order'] })
class Audit {
  @OnMessage() any(): void {}
}

const platforms = { express: () => new ExpressAdapter(), fastify: () => new FastifyAdapter() };

async function listen(platform: keyof typeof platforms, ...imports: Imports): Promise<INestApplication> {
  const testing = await Test.createTestingModule({ imports: [HealthModule, ...imports] }).compile();
  const app = testing.createNestApplication(platforms[platform](), { logger: false });
  afterTest(() => app.close());
  await app.listen(0, '127.0.0.1');
  return app;
}

async function healthOf(app: INestApplication) {
  const answer = await fetch(`${await app.getUrl()}/health`);
  const { details } = (await answer.json()) as { details: { bus: object } };
  return { code: answer.status, ...details.bus } as Record<string, unknown>;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(['express', 'fastify'] as const)('on %s', (platform) => {
  test('an app starts while its broker is down, is red, and goes green by itself when it is there', async () => {
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const broker = new MemoryBroker();
    broker.goDown();
    const app = await listen(
      platform,
      BusModule.forRoot({ memory: { broker } }),
      BusModule.forFeature([Audit]),
    );
    expect(await healthOf(app)).toMatchObject({
      code: 'broker-unavailable',
      status: 'down',
      subscribers: [{ subscriber: 'Audit', group: 'audit', state: 'unavailable' }],
    });
    broker.comeBack();
    await until(async () => (await healthOf(app))['status'] === 'up', { what: 'green health' });
    expect(await healthOf(app)).toMatchObject({
      bus: 'in process',
      subscribers: [{ state: 'running', topics: ['order'] }],
    });
    broker.goDown();
    expect(await healthOf(app)).toMatchObject({
      status: 'down',
      message: expect.stringContaining('down') as string,
    });
  });
});

test('a subscriber that the broker refuses is red, with the reason, until somebody creates its topic', async () => {
  vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
  vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const broker = new MemoryBroker({ createTopics: false });
  const app = await listen(
    'express',
    BusModule.forRoot({ memory: { broker } }),
    BusModule.forFeature([Audit]),
  );
  await until(async () => (await healthOf(app))['status'] === 'down', { what: 'red health' });
  expect(await healthOf(app)).toMatchObject({
    code: 'broker-refused',
    subscribers: [{ state: 'unavailable' }],
  });
  broker.createTopic({ name: 'order', kind: 'plain' });
  await until(async () => (await healthOf(app))['status'] === 'up', { what: 'green health' });
});

test('an app without a bus is up', async () => {
  const app = await listen('express', BusModule.forRoot({}));
  expect(await healthOf(app)).toEqual({ code: 200, status: 'up', bus: 'none' });
});
