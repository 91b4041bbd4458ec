import type { DynamicModule, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createHttpApp, serveOpenApi } from '@varve/http';
import type { OrderConfig } from '../config/order-config.js';
import { OPEN_API } from './openapi.js';

/** The app over HTTP, not listening yet. */
export async function createApp(
  root: Type<unknown> | DynamicModule,
  config: OrderConfig,
): Promise<NestExpressApplication> {
  const app = await createHttpApp(root, config);
  app.useBodyParser('json', { limit: config.bodyLimit });
  serveOpenApi(app, OPEN_API);
  return app;
}
