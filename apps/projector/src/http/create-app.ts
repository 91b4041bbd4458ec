import type { DynamicModule, NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ProjectorConfig } from '../config/projector-config.js';
import { BoundedExpressAdapter } from './bounded-express-adapter.js';
import { serveOpenApi } from './openapi.js';

/** The app over HTTP, not listening yet. Nothing that it answers has a request body, so none is read. */
export async function createApp(
  root: Type<unknown> | DynamicModule,
  { requestTimeout }: Pick<ProjectorConfig, 'requestTimeout'>,
): Promise<NestExpressApplication> {
  const adapter = new BoundedExpressAdapter(requestTimeout);
  const options: NestApplicationOptions = { bodyParser: false, abortOnError: false };
  const app = await NestFactory.create<NestExpressApplication>(root, adapter, options);
  app.disable('x-powered-by');
  serveOpenApi(app);
  return app;
}
