import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Relay, type MessageBus } from '@varve/bus';
import { LogEndpointModule } from '@varve/bus/nest';
import { SqlitePublicationStore } from '@varve/bus/sqlite';
import { EventStoreModule, getEventStoreToken } from '@varve/eventstore/nest';
import type { EventStore } from '@varve/eventstore';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../../../../test/support/temp-dir.js';

export const TOKEN = 'a-token-of-this-test';

/** As much of an order service as a projector elsewhere knows of it: its log over HTTP, and its commits on a bus. */
export async function startOrderService({ port = 0, file = join(temporaryFolder(), 'orders.db') } = {}) {
  @Module({
    imports: [
      EventStoreModule.forRoot({ sqlite: { file } }),
      LogEndpointModule.forRoot({ path: 'log', token: TOKEN }),
    ],
  })
  class OrderService {}
  const app = await NestFactory.create(OrderService, { logger: false });
  await app.listen(port, '127.0.0.1');
  const log = app.get<EventStore>(getEventStoreToken());
  const address = app.getHttpServer().address() as AddressInfo;
  const environment = {
    VARVE_LOG_URL: `http://127.0.0.1:${address.port}/log`,
    VARVE_LOG_TOKEN: TOKEN,
  };
  onTestFinished(() => app.close());
  return { log, file, port: address.port, environment, close: () => app.close() };
}

/** Publishes the log on a bus until the test is over. */
export async function relay(log: EventStore, bus: MessageBus): Promise<void> {
  const store = await SqlitePublicationStore.open({ file: ':memory:' });
  const relaying = new Relay({ log, bus, store, owner: 'test' });
  relaying.start();
  onTestFinished(async () => {
    await relaying.stop();
    await store.close();
  });
}
