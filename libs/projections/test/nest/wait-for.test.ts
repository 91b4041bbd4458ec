import {
  Controller,
  Get,
  Inject,
  UseInterceptors,
  Catch,
  type ArgumentsHost,
  type INestApplication,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { InjectReadModels, ProjectionsModule, WaitFor } from '@varve/projections/nest';
import type { SqliteReadModels } from '@varve/projections/sqlite';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../../test/support/until.js';
import { customersIn, CustomersModule, LOG, partsOf, place } from './shop.js';
import { afterTest } from '../../../../test/support/after-test.js';

@Controller()
class CustomersController {
  constructor(@InjectReadModels() private readonly readModels: SqliteReadModels) {}

  @Get('customers')
  @UseInterceptors(WaitFor('customers'))
  customers() {
    return customersIn(this.readModels);
  }
}

/** Tells the code of every error, as an app's own filter would. */
@Catch()
class CodeFilter {
  readonly codes: unknown[] = [];

  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  catch(error: Error & { code?: string; argument?: string }, host: ArgumentsHost): void {
    const { code, message, argument } = error;
    this.codes.push(code);
    this.adapterHost.httpAdapter.reply(
      host.switchToHttp().getResponse(),
      Object.assign({}, error, { code, message, argument }),
      503,
    );
  }
}

const adapters = {
  Express: () => new ExpressAdapter(),
  Fastify: () => new FastifyAdapter(),
};

describe.each(Object.entries(adapters))('on %s', (_name, adapter) => {
  let app: INestApplication;
  let url: string;

  beforeEach(async () => {
    const testing = await Test.createTestingModule({
      imports: [
        LOG,
        ProjectionsModule.forRoot({ sqlite: { file: ':memory:' }, start: false }),
        CustomersModule,
      ],
      controllers: [CustomersController],
      providers: [CodeFilter, { provide: APP_FILTER, useExisting: CodeFilter }],
    }).compile();
    app = testing.createNestApplication<NestFastifyApplication>(adapter(), { logger: false });
    afterTest(() => app.close());
    await app.listen(0, '127.0.0.1');
    await partsOf(app).projector.runUntilCaughtUp();
    url = `${await app.getUrl()}/customers`;
  });

  afterEach(() => app.close());

  async function get(query = '', headers: Record<string, string> = {}) {
    const answer = await fetch(`${url}${query}`, { headers });
    return { position: answer.headers.get('varve-position'), body: await answer.json() };
  }

  test('an answer says how far its read model has come', async () => {
    expect(await get()).toEqual({ position: '0', body: [] });
    await place(partsOf(app).log, 'order-1', 'Ada');
    await partsOf(app).projector.runUntilCaughtUp();
    expect(await get()).toEqual({ position: '1', body: [{ name: 'Ada', cents: 1 }] });
  });

  test.each([
    ['query', '?position=1', {}],
    ['query by stream and version', '?stream=order-1&version=1', {}],
    ['header', '', { 'varve-position': '1' }],
  ])('a request waits for the position in its %s', async (_where, query, headers) => {
    const { log, projector } = partsOf(app);
    await place(log, 'order-1', 'Ada');
    const waiting = get(query, headers);
    await projector.start();
    expect(await waiting).toEqual({ position: '1', body: [{ name: 'Ada', cents: 1 }] });
  });

  test('a position that does not come in time is a projection-behind error that says how far it is', async () => {
    expect(await get('?position=9&timeout=30')).toEqual({
      position: null,
      body: expect.objectContaining({
        code: 'projection-behind',
        projection: 'customers',
        wanted: 9,
        position: 0,
        reason: 'timeout',
        retryable: true,
      }) as unknown,
    });
  });

  test('a projection that is paused is not waited for', async () => {
    await partsOf(app).readModels.setState('customers@1', 'paused');
    const { body } = await get('?position=9&timeout=60000');
    expect(body).toMatchObject({ code: 'projection-behind', reason: 'paused', retryable: false });
  });

  test.each([
    ['position', '?position=one'],
    ['version', '?stream=order-1'],
    ['version', '?stream=order-1&version=x'],
    ['version', '?stream=order-1&version=0'],
    ['stream', '?version=1'],
    ['stream', '?stream=&version=1'],
    ['stream', '?stream=a&stream=b&version=1'],
    ['position', '?position=-1'],
    ['position', '?position='],
    ['position', '?position=1&position=2'],
    ['position', '?position=99999999999999999'],
    ['timeout', '?timeout=5s'],
    ['timeout', '?position=1&timeout=1.5'],
  ])('a wrong %s is named: %s', async (argument, query) => {
    expect((await get(query)).body).toMatchObject({ code: 'invalid-argument', argument });
  });

  test('a wrong header is named', async () => {
    const { body } = await get('', { 'varve-position': 'soon' });
    expect(body).toMatchObject({ code: 'invalid-argument', argument: 'position' });
  });

  test('whoever waits when the app shuts down is told how far it has come, and does not hold it up', async () => {
    const waiting = get('?position=9&timeout=60000', { connection: 'close' });
    await untilLooked(app);
    await app.close();
    expect((await waiting).body).toMatchObject({ code: 'projection-behind', reason: 'timeout', position: 0 });
  });

  test('nobody waits for a client that has gone, and no filter has an error to log of it', async () => {
    const looks = countLooks(app);
    const gone = request(`${url}?position=9&timeout=60000`).end();
    gone.on('error', () => undefined);
    await until(() => looks.count > 2, { what: 'the wait to begin' });
    gone.destroy();
    const { codes } = app.get(CodeFilter);
    await until(() => codes.length > 0, { what: 'the wait to end' });
    expect(codes).toEqual(['projection-behind']);
    await until(() => looks.pause() > 300, { what: 'the looks to end' });
  });
});

function countLooks(app: INestApplication) {
  const { readModels } = partsOf(app);
  const looks = { count: 0, last: performance.now(), pause: () => performance.now() - looks.last };
  const { listVersions } = readModels;
  readModels.listVersions = (name) => {
    looks.count++;
    looks.last = performance.now();
    return listVersions.call(readModels, name);
  };
  return looks;
}

async function untilLooked(app: INestApplication): Promise<void> {
  const looks = countLooks(app);
  await until(() => looks.count > 1, { what: 'the wait to begin' });
}
