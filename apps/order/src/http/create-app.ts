import type { DynamicModule, NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OrderConfig } from '../config/order-config.js';
import { BoundedExpressAdapter } from './bounded-express-adapter.js';
import { serveOpenApi } from './openapi.js';

/** The app over HTTP, not listening yet. */
export async function createApp(
  root: Type<unknown> | DynamicModule,
  config: OrderConfig,
): Promise<NestExpressApplication> {
  const adapter = new BoundedExpressAdapter(config.requestTimeout);
  const options: NestApplicationOptions = { bodyParser: false, abortOnError: false };
  const app = await NestFactory.create<NestExpressApplication>(root, adapter, options);
  app.disable('x-powered-by');
  app.useBodyParser('json', { limit: config.bodyLimit });
  serveOpenApi(app);
  return app;
}
