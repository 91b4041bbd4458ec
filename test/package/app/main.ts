import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { EventStore } from '@varve/eventstore';
import { getEventStoreToken, type EventStoreOptions } from '@varve/eventstore/nest';
import { InMemoryEventStore } from '@varve/eventstore/testing';
import { AppModule } from './app.module.js';
import { Order } from './order.js';

/** Drives the app over HTTP and prints, as JSON, what it answered and what is in the log. */
async function main(file: string | undefined): Promise<void> {
  const log: EventStoreOptions = file ? { sqlite: { file } } : { store: new InMemoryEventStore() };
  const app = await NestFactory.create<NestExpressApplication>(AppModule.forRoot(log), {
    logger: false,
    abortOnError: false,
  });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const answers: string[] = [];
  for (const path of ['orders/17', 'orders/17/payment', 'orders/17/payment']) {
    const response = await fetch(`${url}/${path}`, { method: 'POST' });
    answers.push(await response.text());
  }
  const events: string[] = [];
  for await (const event of app.get<EventStore>(getEventStoreToken()).readStream('order-17')) {
    events.push(`${event.version} ${event.type} ${JSON.stringify(event.data)}`);
  }
  await app.close();
  process.stdout.write(JSON.stringify({ answers, events, aggregateClass: Order.name }));
}

main(process.argv[2]).catch((error: unknown) => {
  process.stdout.write(JSON.stringify({ error: (error as { code?: string }).code ?? String(error) }));
  process.exitCode = 1;
});
