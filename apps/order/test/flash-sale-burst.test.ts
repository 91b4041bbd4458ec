import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CommandAnswers } from '@varve/bus';
import { MemoryBroker, MemoryMessageBus } from '@varve/bus/memory';
import { getBusHostToken, getMessageBusToken, type BusHost } from '@varve/bus/nest';
import type { EventStore } from '@varve/eventstore';
import { getEventStoreToken } from '@varve/eventstore/nest';
import { expect, it, onTestFinished, vi } from 'vitest';
import { join } from 'node:path';
import { answerOf } from '../../../test/support/http-answer.js';
import { temporaryFolder } from '../../../test/support/temp-dir.js';
import { until } from '../../../test/support/until.js';
import { AppModule } from '../src/app.module.js';
import { commandBodyOf } from '../src/flash-sale/commands.controller.js';
import { answerTo, burst, outcomes, statusOf } from './support/flash-sale.js';
import type { CommandStatus, SendOrder } from './support/flash-sale.js';
import { startOrderApp } from './support/order-app.js';

const SEED = Number(process.env['VARVE_SEED'] ?? 20);

it('a burst of 1,000 orders for 100 pieces of stock sells exactly 100, and each order is answered, for good', async () => {
  const { app, send } = await startOrderApp({ VARVE_BUS: 'memory', VARVE_DURABILITY: 'power-cut' });
  await send('PUT /flash-sales/lamp', { pieces: 100 });
  const ids = await burst(send, 'lamp', { orders: 1_000 });
  const host = app.get<BusHost>(getBusHostToken());
  await until(() => (host.subscribers[0]?.handled ?? 0) >= 1_000, { what: 'every answer', timeout: 120_000 });
  const log = new CommandAnswers(app.get<EventStore>(getEventStoreToken()));
  const answers = [];
  for (const id of ids) answers.push(commandBodyOf(id, await log.answerOf({ id })));
  expect(outcomes(answers)).toEqual({ accepted: 100, 'sold-out': 900 });
  expect((await send('GET /flash-sales/lamp')).body).toMatchObject({ pieces: 100, left: 0, version: 101 });
  for (let n = 0; n < ids.length; n += 50) expect(await statusOf(send, ids[n] ?? '')).toEqual(answers[n]);
  expect(await app.get<EventStore>(getEventStoreToken()).head()).toBe(101 + 900);
}, 240_000);

/** An instance of the shop on a broker that it shares with others. */
async function startInstance(broker: MemoryBroker) {
  const bus = new MemoryMessageBus({ broker });
  const testing = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(getMessageBusToken())
    .useValue(bus)
    .compile();
  const app = testing.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  onTestFinished(async () => {
    await app.close();
    await bus.close();
  });
  return { bus, url: await app.getUrl() };
}

function sendTo(urls: readonly string[]): SendOrder {
  let turn = 0;
  return async (line, body, headers = {}) => {
    const [method = 'GET', path = '/'] = line.split(' ');
    const type = { 'content-type': 'application/json' };
    const request = { method, headers: { ...type, ...headers }, body: body ? JSON.stringify(body) : null };
    return answerOf(await fetch(`${urls[turn++ % urls.length] ?? ''}${path}`, request));
  };
}

/** For instances that `startInstance` starts. */
function onOneLog(): void {
  Logger.overrideLogger(false);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  vi.stubEnv('VARVE_LOG_FILE', join(temporaryFolder(), 'orders.db'));
  vi.stubEnv('VARVE_BUS', 'memory');
}

it('who is told that his order was not accepted gets no pieces, also when the broker has got it all the same', async () => {
  onOneLog();
  const broker = new MemoryBroker({ chaos: { seed: SEED, dropConfirmation: 0.5 } });
  const { url } = await startInstance(broker);
  const send = sendTo([url]);
  await send('PUT /flash-sales/lamp', { pieces: 100 });
  const order = (n: number) => send('POST /flash-sales/lamp/orders', { customerId: `c${n}` });
  const given = await Promise.all(Array.from({ length: 60 }, (_, n) => order(n)));
  const taken = given.filter(({ status }) => status === 202);
  expect(given.filter(({ status }) => status === 503).length).toBe(60 - taken.length);
  expect(taken.length).toBeLessThan(60);
  for (const { body } of taken) {
    const answer = await answerTo(send, (body as CommandStatus).commandId);
    expect(answer.status).toBe('accepted');
  }
  // What is still on its way can take none either.
  await until(async () => (await healthOf(url)).handled >= 60, { what: 'every message to be handled' });
  expect((await send('GET /flash-sales/lamp')).body).toMatchObject({ left: 100 - taken.length });
}, 60_000);

async function healthOf(url: string): Promise<{ readonly handled: number }> {
  const { details } = (await (await fetch(`${url}/health/bus`)).json()) as {
    details: { bus: { subscribers: [{ handled: number }] } };
  };
  return details.bus.subscribers[0];
}

it(`two instances, of which one leaves the broker in the middle, sell what there is over a bus that loses, doubles and mixes up (seed ${SEED})`, async () => {
  onOneLog();
  const mishaps = {
    dropConfirmation: 0.05,
    dropRequest: 0.05,
    duplicate: 0.1,
    redeliver: 0.1,
    splitGroup: 0.1,
  };
  const chaos = { seed: SEED, ...mishaps, reorder: 0.1, delay: 0.1, restart: 0.002, maxDelay: 20 };
  const broker = new MemoryBroker({ chaos });
  const [leaving, staying] = [await startInstance(broker), await startInstance(broker)];
  await sendTo([staying.url])('PUT /flash-sales/lamp', { pieces: 30 });
  const told = new Map<string, CommandStatus>();
  const send = sendTo([leaving.url, staying.url]);
  const ids = await burst(send, 'lamp', {
    orders: 400,
    onAccepted: (_id, sofar) => {
      if (sofar === 200) leaving.bus.crash();
    },
  });
  for (const id of ids) told.set(id, await answerTo(send, id, 60_000));
  expect(told.size).toBe(400);
  expect(outcomes([...told.values()])).toEqual({ accepted: 30, 'sold-out': 370 });
  expect((await send('GET /flash-sales/lamp')).body).toMatchObject({ left: 0, version: 31 });
  for (const [id, answer] of told) expect(await statusOf(send, id)).toEqual(answer);
}, 120_000);
