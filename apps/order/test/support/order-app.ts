import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import type { INestApplicationContext } from '@nestjs/common';
import type { EventStore, RecordedEvent } from '@varve/eventstore';
import { getEventStoreToken } from '@varve/eventstore/nest';
import { onTestFinished, vi } from 'vitest';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { answerOf } from '../../../../test/support/http-answer.js';
import type { Answer } from '../../../../test/support/http-answer.js';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';
import { serverModule } from '../../src/app.module.js';
import { readOrderConfig } from '../../src/config/order-config.js';
import { createApp } from '../../src/http/create-app.js';

/** The whole app on a log of its own and a free port; closed after the test. */
export async function startOrderApp(environment: Variables = {}, log: Variables = logInAFile()) {
  Logger.overrideLogger(false);
  const variables = { ...log, PORT: '0', ...environment };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const config = readOrderConfig(variables);
  const app = await createApp(serverModule(config), config);
  await app.listen(0, '127.0.0.1');
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await app.close();
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, port, send: senderTo(`http://127.0.0.1:${port}`) };
}

export type OrderApp = Awaited<ReturnType<typeof startOrderApp>>;

type Variables = Readonly<Record<string, string>>;

function logInAFile(): Variables {
  return { VARVE_LOG_FILE: join(temporaryFolder(), 'orders.db'), VARVE_DURABILITY: 'process-crash' };
}

export type Send = ReturnType<typeof senderTo>;

function senderTo(origin: string) {
  return async (
    line: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> => {
    const [method = 'GET', path = '/'] = line.split(' ');
    const withBody =
      body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...withBody,
    });
    return answerOf(response);
  };
}

export const ITEM = { productId: 'lamp', quantity: 2, priceCents: 1_999, freightCents: 500 };
export const TOTAL = 4_498;
export const PAYMENT = { payments: [{ method: 'credit_card', amountCents: TOTAL }] };

export async function placeOrder(send: Send, orderId = 'o1'): Promise<Answer> {
  return send('POST /orders', { orderId, customerId: 'maria', items: [ITEM] });
}

export async function eventsOf(
  app: INestApplicationContext,
  orderId: string,
): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const store = app.get<EventStore>(getEventStoreToken());
  for await (const event of store.readStream(`order-${orderId}`)) events.push(event);
  return events;
}
