import type { INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { LogEndpointModule, type LogEndpointOptions } from '@varve/bus/nest';
import type { EventStore } from '@varve/eventstore';
import { EventStoreModule } from '@varve/eventstore/nest';

export const platforms = { Express: () => new ExpressAdapter(), Fastify: () => new FastifyAdapter() };
export const platformNames = Object.keys(platforms) as (keyof typeof platforms)[];

export const TOKEN = 'a secret of the log';

export interface Served {
  readonly app: INestApplication;
  readonly url: string;
}

/** An app that serves a log. */
export async function serve(
  store: EventStore,
  platform: keyof typeof platforms = 'Express',
  options: LogEndpointOptions & { readonly port?: number } = { token: TOKEN },
): Promise<Served> {
  const { port = 0, ...endpoint } = options;
  const testing = await Test.createTestingModule({
    imports: [EventStoreModule.forRoot({ store }), LogEndpointModule.forRoot(endpoint)],
  }).compile();
  const app = testing.createNestApplication(platforms[platform](), { logger: false });
  await app.listen(port, '127.0.0.1');
  return { app, url: `${await app.getUrl()}/${endpoint.path ?? 'varve/log'}` };
}
