import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { EventStore } from '@varve/eventstore';
import { getEventStoreToken } from '@varve/eventstore/nest';
import { getProjectorToken, getReadModelsToken, type ProjectorHost } from '@varve/projections/nest';
import type { SqliteReadModels } from '@varve/projections/sqlite';
import { AppModule } from './app.module.js';
import { Order } from './order.js';
import { OrdersHeard } from './orders.subscriber.js';

/** Drives the app over HTTP and prints, as JSON, what it answered, what is in the log and what the read model made of it. */
async function main(folder: string | undefined): Promise<void> {
  const options = { logger: false, abortOnError: false } as const;
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(folder), options);
  await app.listen(0, '127.0.0.1');
  const answers = await placeAndPayTwice(await app.getUrl());
  const events = await eventsOf(app);
  const rows = folder ? await rowsOf(app) : undefined;
  const heard = await heardBy(app, events.length);
  await app.close();
  process.stdout.write(JSON.stringify({ answers, events, rows, heard, aggregateClass: Order.name }));
}

/** What came over the bus; looked at again until as much has come as there is, or nothing more for five seconds. */
async function heardBy(app: INestApplication, count: number): Promise<string[]> {
  const { heard } = app.get(OrdersHeard);
  for (const deadline = Date.now() + 5_000; heard.length < count && Date.now() < deadline;)
    await new Promise((resolve) => setImmediate(resolve));
  return heard;
}

async function placeAndPayTwice(url: string): Promise<string[]> {
  const answers: string[] = [];
  for (const path of ['orders/17', 'orders/17/payment', 'orders/17/payment']) {
    const response = await fetch(`${url}/${path}`, { method: 'POST' });
    answers.push(await response.text());
  }
  return answers;
}

async function eventsOf(app: INestApplication): Promise<string[]> {
  const events: string[] = [];
  for await (const event of app.get<EventStore>(getEventStoreToken()).readStream('order-17')) {
    events.push(`${event.version} ${event.type} ${JSON.stringify(event.data)}`);
  }
  return events;
}

async function rowsOf(app: INestApplication): Promise<unknown[]> {
  await app.get<ProjectorHost>(getProjectorToken()).runUntilCaughtUp();
  return app
    .get<SqliteReadModels>(getReadModelsToken())
    .query('orders', (query) => query.all('SELECT * FROM {orders}'));
}

main(process.argv[2]).catch((error: unknown) => {
  process.stdout.write(JSON.stringify({ error: (error as { code?: string }).code ?? String(error) }));
  process.exitCode = 1;
});
