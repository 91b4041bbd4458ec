import 'reflect-metadata';
import { Controller, Get, ImATeapotException, Logger, Module, Param } from '@nestjs/common';
import type { INestApplication, Type } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  CommitFencedError,
  CommitIdReusedError,
  ConcurrencyConflictError,
  DomainRuleError,
  InvalidEventError,
  LogDivergedError,
  StoreClosedError,
  StoreIncompatibleError,
  StoreUnavailableError,
  StreamClosedError,
  UnknownEventTypeError,
} from '@varve/eventstore';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ProblemDetailsFilter } from '../src/http/problem-details.filter.js';

const errors: Record<string, () => unknown> = {
  conflict: () => new ConcurrencyConflictError('order-1', 1, 2),
  fenced: () => new CommitFencedError('c'),
  reused: () => new CommitIdReusedError('c', 'order-1'),
  closed: () => new StreamClosedError('order-1', 3),
  rule: () => new DomainRuleError('already-paid', 'not twice'),
  event: () => new InvalidEventError('order.paid', 'data.amountCents', 'is NaN'),
  diverged: () => new LogDivergedError('log', 'at /var/lib/orders.db'),
  down: () => new StoreUnavailableError('could not write /var/lib/orders.db', 'not-written'),
  unknown: () => new StoreUnavailableError('could not write /var/lib/orders.db', 'unknown'),
  stopping: () => new StoreClosedError(),
  damaged: () => new StoreIncompatibleError('The log /var/lib/orders.db is damaged'),
  type: () => new UnknownEventTypeError('order.lost', 'order-1@3'),
  bug: () => new TypeError("Cannot read properties of undefined (reading 'secret')"),
  thrown: () => 'a string',
  http: () => new ImATeapotException('short and stout'),
};

@Controller()
class ThrowingController {
  @Get(':error')
  fail(@Param('error') error: string): never {
    throw errors[error]!();
  }
}

@Module({
  controllers: [ThrowingController],
  providers: [{ provide: APP_FILTER, useClass: ProblemDetailsFilter }],
})
class ThrowingModule {}

async function start(adapter: Type<ExpressAdapter | FastifyAdapter>) {
  vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const app: INestApplication = await NestFactory.create(ThrowingModule, new adapter(), { logger: false });
  onTestFinished(() => app.close());
  await app.listen(0, '127.0.0.1');
  const origin = await app.getUrl();
  return async (error: string) => {
    const response = await fetch(`${origin}/${error}`);
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
    const body = (await response.json()) as Record<string, unknown>;
    expect(body['status']).toBe(response.status);
    return { body, response };
  };
}

describe.each([
  ['Express', ExpressAdapter],
  ['Fastify', FastifyAdapter],
] as const)('problem details on %s', (_name, adapter) => {
  it('give each code of the store its status', async () => {
    const get = await start(adapter);
    const answers: Record<string, unknown> = {};
    for (const error of Object.keys(errors)) {
      const { body } = await get(error);
      answers[error] = `${String(body['status'])} ${String(body['code'])}`;
    }
    expect(answers).toEqual({
      conflict: '409 concurrency-conflict',
      fenced: '409 commit-fenced',
      reused: '422 commit-id-reused',
      closed: '409 stream-closed',
      rule: '422 domain-rule-violated',
      event: '400 invalid-event',
      diverged: '503 log-diverged',
      down: '503 store-unavailable',
      unknown: '503 store-unavailable',
      stopping: '503 store-closed',
      damaged: '503 store-incompatible',
      type: '500 internal-error',
      bug: '500 internal-error',
      thrown: '500 internal-error',
      http: '418 i-m-a-teapot',
    });
  });

  it('keep what is inside the server inside, and log it', async () => {
    const get = await start(adapter);
    for (const error of ['bug', 'type', 'diverged', 'down', 'damaged']) {
      expect(JSON.stringify((await get(error)).body)).not.toMatch(
        /secret|\/var\/lib|order\.lost| at [\w.]+ \(/,
      );
    }
    const logged = vi.mocked(Logger.prototype.error).mock.calls.map(([first]) => String(first));
    expect(logged).toHaveLength(5);
    expect(logged[0]).toContain("reading 'secret'");
  });

  it('say after a failed write whether the command may have been carried out', async () => {
    const get = await start(adapter);
    const { body, response } = await get('unknown');
    expect(body['detail']).toMatch(/not known .* same Idempotency-Key/);
    expect(body['retryable']).toBe(true);
    expect(response.headers.get('retry-after')).toBe('1');
    expect((await get('down')).body['detail']).toMatch(/was not carried out/);
  });
});
