import {
  Controller,
  Get,
  Module,
  UseInterceptors,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { currentContext } from '@varve/eventstore';
import { ContextInterceptor, ContextMiddleware, ContextModule } from '@varve/eventstore/nest';
import { expect, test } from 'vitest';

@Controller('plain')
class PlainController {
  @Get()
  context() {
    return { context: currentContext() ?? 'none' };
  }
}

@Controller('intercepted')
@UseInterceptors(ContextInterceptor)
class InterceptedController extends PlainController {}

@Module({ controllers: [PlainController, InterceptedController] })
class MiddlewareModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(ContextMiddleware).forRoutes(PlainController);
  }
}

async function ask(
  path: string,
  ...imports: Parameters<typeof Test.createTestingModule>[0]['imports'] & object
) {
  const app = (await Test.createTestingModule({ imports }).compile()).createNestApplication();
  await app.listen(0, '127.0.0.1');
  const answer = await fetch(`${await app.getUrl()}/${path}`, { headers: { 'x-correlation-id': 'c' } });
  await app.close();
  return answer.json();
}

test('the middleware serves the routes that it is applied to, without any module', async () => {
  expect(await ask('plain', MiddlewareModule)).toEqual({ context: { correlationId: 'c' } });
});

test('the interceptor alone makes a context for the handler', async () => {
  expect(await ask('intercepted', MiddlewareModule)).toEqual({ context: { correlationId: 'c' } });
});

test('middleware that is mounted twice makes one context', async () => {
  let made = 0;
  const counting = ContextModule.forRoot({ values: () => ({ made: ++made }) });
  expect(await ask('plain', counting, MiddlewareModule)).toMatchObject({ context: { correlationId: 'c' } });
  // On arrival and after the guards.
  expect(made).toBe(2);
});
