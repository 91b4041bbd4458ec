import { join } from 'node:path';
import type { MemoryMessageBus } from '@varve/bus/memory';
import { getMessageBusToken } from '@varve/bus/nest';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../test/support/temp-dir.js';
import { until } from '../../../test/support/until.js';
import { howFar } from '../src/http/answer-schemas.js';
import { anOrder } from './support/an-order.js';
import { relay, startOrderService } from './support/order-service.js';
import { startProjector } from './support/projector-app.js';

const readModelsFile = () => ({ VARVE_READ_MODELS_FILE: join(temporaryFolder(), 'read-models.db') });

type Get = Awaited<ReturnType<typeof startProjector>>['get'];

async function ordersFeed(get: Get) {
  const { projections } = howFar.parse((await get('/status')).body);
  return projections.find(({ name }) => name === 'orders')?.feed;
}

test('without access to the order service’s files the log is followed over HTTP', async () => {
  const service = await startOrderService();
  const { get } = await startProjector({ ...service.environment, ...readModelsFile() });
  const position = await anOrder('o1').paid().appendTo(service.log);
  expect(await get(`/orders/o1?position=${position}`)).toMatchObject({
    status: 200,
    body: { status: 'paid' },
  });
  expect(await get('/orders/o1?stream=order-o1&version=2')).toMatchObject({ status: 200 });
});

test('what a bus brings is seen before the log is walked, and what it does not bring all the same', async () => {
  const service = await startOrderService();
  const { app, get } = await startProjector({
    ...service.environment,
    ...readModelsFile(),
    VARVE_BUS: 'memory',
  });
  const bus = app.get<MemoryMessageBus>(getMessageBusToken());
  await until(async () => (await ordersFeed(get))?.state === 'running', { what: 'the subscription' });
  await relay(service.log, bus);
  await anOrder('o1').paid().appendTo(service.log);
  const { status, headers } = await get('/orders/o1?stream=order-o1&version=2');
  expect([status, headers.get('varve-position')]).toEqual([200, '0']);
  expect(await ordersFeed(get)).toMatchObject({ state: 'running', applied: 2, held: 0 });

  bus.broker.goDown();
  expect(await get('/health/sources')).toMatchObject({ status: 503 });
  await anOrder('o2').appendTo(service.log);
  expect(await get('/orders/o2?stream=order-o2&version=1')).toMatchObject({ status: 200 });
  expect(await get('/health')).toMatchObject({
    status: 200,
    body: { details: { bus: { status: 'down' }, log: { status: 'up' } } },
  });
});

test('it starts while the order service is down, says so, and goes on by itself', async () => {
  const service = await startOrderService();
  await anOrder('o1').appendTo(service.log);
  await service.close();
  const { get } = await startProjector({ ...service.environment, ...readModelsFile() });
  expect(await get('/health/sources')).toMatchObject({ status: 503 });
  expect(await get('/health')).toMatchObject({ status: 200, body: { details: { log: { status: 'down' } } } });
  expect(howFar.parse((await get('/status')).body)).toEqual({ projections: [] });
  expect(await get('/orders?position=1&timeout=20')).toMatchObject({ status: 503 });

  const again = await startOrderService(service);
  expect(await get('/orders/o1?position=1&timeout=20000')).toMatchObject({ status: 200 });
  const positions = async () =>
    howFar.parse((await get('/status')).body).projections.map(({ position }) => position);
  await until(async () => String(await positions()) === '1,1,1', { what: 'all projections to be there' });
  await again.close();
  expect(await get('/orders/o1')).toMatchObject({ status: 200 });
  expect(await positions()).toEqual([1, 1, 1]);
});

test('a stream without a version, and a version without a stream, are 400', async () => {
  const service = await startOrderService();
  const { get } = await startProjector({ ...service.environment, ...readModelsFile() });
  for (const path of ['/funnel?stream=order-1', '/funnel?version=1', '/funnel?stream=order-1&version=x'])
    expect([path, (await get(path)).status]).toEqual([path, 400]);
});
